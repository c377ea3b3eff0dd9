package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// shownEvents is how many events a table shows where nobody said.
const shownEvents = 50

type auditOptions struct {
	remoteOptions
	client.EventFilter
	since, until moment
	csv          bool
	limit        int
}

func newAuditCommand(env Env) *cobra.Command {
	var opts auditOptions
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show what was done and denied, by whom and from where",
		Long: `Show what was done and denied, newest first: everywhere, to an administrator, or in one
collection, to its owners. A table shows the last 50; --json, one event a line, and --csv give all.`,
		Example: `  sregistry audit
  sregistry audit --collection lab --action push
  sregistry audit --denied --since 24h
  sregistry audit --since 2026-01-01 --until 2026-02-01 --csv > january.csv`,
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, "json", "csv"); err != nil {
				return err
			}
			if !cmd.Flags().Changed("limit") && (opts.json || opts.csv) {
				opts.limit = 0
			}
			return runAudit(cmd.Context(), opts, env)
		},
	}
	f := cmd.Flags()
	opts.addRegistry(f)
	f.StringVar(&opts.Collection, "collection", "", "only in this `collection`")
	f.StringVar(&opts.Actor, "by", "", "only by this `user`")
	f.StringVar(&opts.Action, "action", "", "only this `action`, such as push, tag.delete, or tag for all that is done to tags")
	f.StringVar(&opts.Target, "target", "", "only to things whose full `name` begins like this, such as library/lab/hello")
	f.StringVar(&opts.Source, "from", "", "only from this `address`")
	f.BoolVar(&opts.Denied, "denied", false, "only what was denied")
	f.Var(&opts.since, "since", "only since this `time`: 24h or 7d ago, a day such as 2026-01-31, or RFC 3339")
	f.Var(&opts.until, "until", "only until this `time`")
	f.IntVar(&opts.limit, "limit", shownEvents, "at most so many; 0 is all")
	f.BoolVar(&opts.json, "json", false, "print each event as a line of JSON")
	f.BoolVar(&opts.csv, "csv", false, "print a table for spreadsheets")
	return cmd
}

// moment is a flag for a time that was, written as one or as how long ago it is.
type moment struct{ text, at string }

func (m *moment) String() string { return m.text }
func (m *moment) Type() string   { return "time" }

func (m *moment) Set(s string) error {
	var ago duration
	if ago.Set(s) == nil {
		m.text, m.at = s, time.Now().Add(-time.Duration(ago)).UTC().Format(time.RFC3339)
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if at, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			m.text, m.at = s, at.UTC().Format(time.RFC3339)
			return nil
		}
	}
	return fmt.Errorf("write a time like 24h, 7d or 2026-01-31")
}

func runAudit(ctx context.Context, opts auditOptions, env Env) error {
	const op = "cli.audit"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	opts.Since, opts.Until = opts.since.at, opts.until.at
	w := eventWriter(env, opts)
	n := 0
	for e, err := range c.Events(ctx, opts.EventFilter) {
		if err != nil {
			return errs.Wrap(op, err)
		}
		if err := w.show(e); err != nil {
			return errs.Wrap(op, err)
		}
		if n++; n == opts.limit {
			break
		}
	}
	return errs.Wrap(op, w.end())
}
