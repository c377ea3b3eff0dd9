package cli

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/model"
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
		return []string{r.Tags, count(r.Last), span(r.Newer), span(r.Pulled)}
	})
}

// count writes a number, and nothing for 0.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// span writes seconds as a rule has them, and nothing for 0.
func span(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return model.FormatSpan(time.Duration(seconds) * time.Second)
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
		r, err := model.ParseRetentionRule(text)
		if err != nil {
			return nil, err
		}
		rules = append(rules, api.RetentionRule{Tags: r.Tags, Last: r.Last, Newer: int64(r.Newer / time.Second), Pulled: int64(r.Pulled / time.Second)})
	}
	return rules, nil
}
