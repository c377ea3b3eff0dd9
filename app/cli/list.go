package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newListCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:     "list [COLLECTION | CONTAINER]",
		Aliases: []string{"ls"},
		Short:   "List collections, the containers of one, or the tags of a container",
		Example: `  sregistry list
  sregistry list lab
  sregistry list lab/hello`,
		Args: Takes(0, 1, "one COLLECTION or CONTAINER"),
		RunE: func(cmd *cobra.Command, args []string) error { return runList(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runList(ctx context.Context, opts remoteOptions, env Env, args []string) error {
	const op = "cli.list"
	if len(args) == 0 {
		c, err := opts.connect(env, ref.URI{})
		if err != nil {
			return errs.Wrap(op, err)
		}
		return errs.Wrap(op, listCollections(ctx, c, opts, env))
	}
	name, err := parseName(args[0])
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	// One part is more likely a collection and several a container, but alice/tools may be
	// either; the other is tried when there is none.
	tries := []func(context.Context, *client.Client, remoteOptions, Env, ref.Path) error{listContainers, listTags}
	if strings.Contains(name.Path.String(), "/") {
		tries[0], tries[1] = tries[1], tries[0]
	}
	first := tries[0](ctx, c, opts, env, name.Path)
	if !errs.Is(first, errs.NotFound) {
		return errs.Wrap(op, first)
	}
	if second := tries[1](ctx, c, opts, env, name.Path); !errs.Is(second, errs.NotFound) {
		return errs.Wrap(op, second)
	}
	return errs.Wrap(op, first)
}

func listCollections(ctx context.Context, c *client.Client, opts remoteOptions, env Env) error {
	items, err := collect(c.Collections(ctx))
	if err != nil {
		return err
	}
	return printList(env, opts.json, items, []string{"COLLECTION", "VISIBILITY", "ROLE", "CONTAINERS", "UPDATED"},
		func(i api.Collection) []string {
			return []string{i.Name, visibility(i.Public), i.Role, fmt.Sprint(i.Containers), when(i.Updated)}
		})
}

func listContainers(ctx context.Context, c *client.Client, opts remoteOptions, env Env, name ref.Path) error {
	items, err := collect(c.Containers(ctx, name))
	if err != nil {
		return err
	}
	return printList(env, opts.json, items, []string{"CONTAINER", "TAGS", "FROZEN", "UPDATED"},
		func(i api.Container) []string {
			return []string{i.Name, fmt.Sprint(i.Tags), yesNo(i.Frozen), when(i.Updated)}
		})
}

func visibility(public bool) string {
	if public {
		return "public"
	}
	return "private"
}
