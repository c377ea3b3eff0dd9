package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/bytesize"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type quotaOptions struct {
	remoteOptions
	set string
}

func newQuotaCommand(env Env) *cobra.Command {
	var opts quotaOptions
	cmd := &cobra.Command{
		Use:   "quota [NAME]",
		Short: "Show the storage of a user, team or collection, and set its quota",
		Long: `Show the storage and the quota of a namespace (a user's, a team's, or library) or of a
collection. Without a NAME it lists your namespace, those of the teams you own, and the
collections you own that have a quota; administrators see all. Deleted items count until
they are permanently deleted.`,
		Example: `  sregistry quota
  sregistry quota alice
  sregistry quota lab --set 500GiB`,
		Args: Takes(0, 1, "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return runQuota(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.set, "set", "", "quota: a `SIZE` such as 500GiB, none, or default (administrators)")
	return cmd
}

func runQuota(ctx context.Context, opts quotaOptions, env Env, args []string) error {
	const op = "cli.quota"
	if len(args) == 0 && opts.set != "" {
		return UsageError("Whose? Write sregistry quota NAME --set SIZE.")
	}
	if len(args) == 0 {
		c, err := opts.connect(env, ref.URI{})
		if err != nil {
			return errs.Wrap(op, err)
		}
		list, err := collect(c.Usages(ctx))
		if err != nil {
			return errs.Wrap(op, err)
		}
		return printList(env, opts.json, list, append(quotaHeading, "KIND"), func(u api.Usage) []string { return append(quotaRow(u), u.Kind) })
	}
	bytes, err := parseQuota(opts.set)
	if err != nil {
		return err
	}
	c, name, err := opts.atCollection(env, args[0])
	if err != nil {
		return errs.Wrap(op, err)
	}
	var u api.Usage
	if opts.set == "" {
		u, err = c.Usage(ctx, name)
	} else {
		u, err = c.SetQuota(ctx, name, bytes)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, u)
	}
	return printList(env, false, []api.Usage{u}, quotaHeading, quotaRow)
}

// quotaHeading is above the rows of quotaRow.
var quotaHeading = []string{"NAME", "USED", "RESERVED", "QUOTA"}

func quotaRow(u api.Usage) []string {
	quota := "none"
	if u.Quota > 0 {
		quota = size(u.Quota)
	}
	if u.Default {
		quota += " (default)"
	}
	return []string{u.Name, size(u.Used), size(u.Reserved), quota}
}

// parseQuota reads a limit; nil is the default, as it is if none was given.
func parseQuota(text string) (*int64, error) {
	if text == "" {
		return nil, nil
	}
	bytes, err := bytesize.ParseLimit(text)
	if err != nil {
		return nil, UsageError("%s", errs.Message(err))
	}
	return bytes, nil
}
