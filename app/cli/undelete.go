package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type undeleteOptions struct {
	remoteOptions
	collection, container string
	purge                 bool
}

func newUndeleteCommand(env Env) *cobra.Command {
	var opts undeleteOptions
	cmd := &cobra.Command{
		Use:   "undelete [NUMBER]",
		Short: "Bring back what was deleted, or a tag to what it named before",
		Long: `Bring back what was deleted: tags, images, containers and whole collections, until the
registry's grace period is over. A tag that was moved can be given back what it named. Without
a NUMBER it lists what of yours can be brought back, newest first.`,
		Example: `  sregistry undelete
  sregistry undelete --collection lab
  sregistry undelete 17
  sregistry undelete 17 --purge`,
		Args: Takes(0, 1, "one NUMBER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "collection", "container", "purge"); err != nil {
				return err
			}
			return runUndelete(cmd.Context(), opts, env, args)
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.collection, "collection", "", "list only what is in this `COLLECTION`")
	cmd.Flags().StringVar(&opts.container, "container", "", "list only what is in this `CONTAINER`")
	cmd.Flags().BoolVar(&opts.purge, "purge", false, "remove it for good instead, so that it takes up no room any longer")
	return cmd
}

func runUndelete(ctx context.Context, opts undeleteOptions, env Env, args []string) error {
	const op = "cli.undelete"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(args) == 0 {
		if opts.purge {
			return UsageError("What? Write sregistry undelete NUMBER --purge.")
		}
		list, err := collect(c.Deletions(ctx, opts.collection, opts.container))
		if err != nil {
			return errs.Wrap(op, err)
		}
		return printList(env, opts.json, list, []string{"NUMBER", "KIND", "NAME", "DELETED", "BY", "UNTIL"}, func(d api.Deletion) []string {
			return []string{fmt.Sprint(d.ID), d.Kind, d.Name, when(d.Deleted), d.By, when(d.Until)}
		})
	}
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || id <= 0 {
		return UsageError("%q is no number; sregistry undelete lists them.", args[0])
	}
	if opts.purge {
		if err := c.Purge(ctx, id); err != nil {
			return errs.Wrap(op, err)
		}
		say(env, "Number %d is gone for good.", id)
		return nil
	}
	done, err := c.Undelete(ctx, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, done)
	}
	say(env, "%s is back.", done.Name)
	if len(done.Tags) > 0 {
		say(env, "Its tags: %s.", strings.Join(done.Tags, ", "))
	}
	if len(done.Taken) > 0 {
		say(env, "Tags that name another image now: %s.", strings.Join(done.Taken, ", "))
	}
	return nil
}
