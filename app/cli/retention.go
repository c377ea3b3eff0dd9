package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
)

type retentionOptions struct {
	remoteOptions
	rules []string
}

func newRetentionCommand(env Env) *cobra.Command {
	const rules = `
A rule is written tags=PATTERN,last=N,newer=TIME,pulled=TIME: of the tags that match the pattern
(* is any letters, ? one, [0-9] one of these) it keeps the last N of each container, those pushed
or moved within a time such as 30d, and those pulled within one. What matches and is kept by no
rule goes with the next sweep, and can be brought back by sregistry undelete. What is frozen stays.`
	return group("retention", "Let old tags go by themselves: rules for a collection",
		retentionVerb(env, "show", "Show the rules of a collection", "", false, showRetention),
		retentionVerb(env, "set", "Replace the rules of a collection", rules, true, setRetention),
		retentionVerb(env, "dry-run", "List what would go by the rules, or by others", rules, true, dryRunRetention),
		retentionVerb(env, "clear", "Take the rules away: everything stays", "", false, clearRetention))
}

func retentionVerb(env Env, verb, short, long string, ruled bool, run func(context.Context, retentionOptions, Env, string) error) *cobra.Command {
	var opts retentionOptions
	cmd := &cobra.Command{
		Use: verb + " COLLECTION", Short: short, Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), opts, env, args[0]) },
	}
	if long != "" {
		cmd.Long = short + ".\n" + long
		cmd.Example = "  sregistry retention " + verb + " lab --rule 'tags=nightly-*,last=7' --rule 'tags=*,newer=90d,pulled=30d'"
	}
	opts.addFlags(cmd.Flags())
	if ruled {
		cmd.Flags().StringArrayVar(&opts.rules, "rule", nil, "a `RULE`; may be given several times")
	}
	return cmd
}

func showRetention(ctx context.Context, opts retentionOptions, env Env, arg string) error {
	const op = "cli.showRetention"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := c.Retention(ctx, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return printList(env, opts.json, r.Rules, []string{"TAGS", "LAST", "NEWER", "PULLED"}, func(r api.RetentionRule) []string {
		return []string{r.Tags, positive(int64(r.Last), strconv.Itoa(r.Last)), positive(r.Newer, span(r.Newer)), positive(r.Pulled, span(r.Pulled))}
	})
}

// positive gives the text for a number above 0, and nothing for 0.
func positive(n int64, text string) string {
	if n > 0 {
		return text
	}
	return ""
}

// span writes seconds as a flag takes them.
func span(seconds int64) string {
	const day = 24 * 60 * 60
	if seconds%day == 0 {
		return strconv.FormatInt(seconds/day, 10) + "d"
	}
	return (time.Duration(seconds) * time.Second).String()
}

func setRetention(ctx context.Context, opts retentionOptions, env Env, arg string) error {
	rules, err := parseRules(opts.rules)
	if err != nil {
		return err
	}
	if len(rules) == 0 {
		return UsageError("By which rules? Write --rule 'tags=*,last=10', or sregistry retention clear.")
	}
	return replaceRetention(ctx, opts, env, arg, rules)
}

func clearRetention(ctx context.Context, opts retentionOptions, env Env, arg string) error {
	return replaceRetention(ctx, opts, env, arg, []api.RetentionRule{})
}

func replaceRetention(ctx context.Context, opts retentionOptions, env Env, arg string, rules []api.RetentionRule) error {
	const op = "cli.replaceRetention"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.SetRetention(ctx, name, api.Retention{Rules: rules}); err != nil {
		return errs.Wrap(op, err)
	}
	if len(rules) == 0 {
		say(env, "Everything in %s stays.", name)
		return nil
	}
	say(env, "%s has %d rules now; the next sweep goes by them.", name, len(rules))
	return nil
}

func dryRunRetention(ctx context.Context, opts retentionOptions, env Env, arg string) error {
	const op = "cli.dryRunRetention"
	rules, err := parseRules(opts.rules)
	if err != nil {
		return err
	}
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	e, err := c.Expiring(ctx, name, api.Retention{Rules: rules})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, e)
	}
	if e.More {
		say(env, "More would go than these %d tags.", len(e.Tags))
	}
	return printList(env, false, e.Tags, []string{"TAG", "MOVED", "PULLED", "SIZE"}, func(t api.ExpiringTag) []string {
		return []string{t.Name, when(t.Updated), whenever(t.Pulled, "never"), size(t.Size)}
	})
}

// parseRules reads rules as they are written on a command line.
func parseRules(texts []string) ([]api.RetentionRule, error) {
	rules := []api.RetentionRule{}
	for _, text := range texts {
		var r api.RetentionRule
		for part := range strings.SplitSeq(text, ",") {
			key, value, _ := strings.Cut(part, "=")
			var keep duration
			var err error
			switch key {
			case "tags":
				r.Tags = value
			case "last":
				r.Last, err = strconv.Atoi(value)
			case "newer":
				err = keep.Set(value)
				r.Newer = keep.seconds()
			case "pulled":
				err = keep.Set(value)
				r.Pulled = keep.seconds()
			default:
				return nil, UsageError("%q is no part of a rule; write tags=PATTERN,last=N,newer=TIME,pulled=TIME.", part)
			}
			if err != nil {
				return nil, UsageError("The part %q of a rule is not well made; write such as last=10 or newer=30d.", part)
			}
		}
		rules = append(rules, r)
	}
	return rules, nil
}
