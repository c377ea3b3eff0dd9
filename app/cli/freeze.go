package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/errs"
)

func newFreezeCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:   "freeze CONTAINER[:TAG]",
		Short: "Keep a tag, or a container with all its tags, from being moved or deleted",
		Example: `  sregistry freeze lab/hello:1.0
  sregistry freeze lab/hello`,
		Args: Takes(1, 1, "one CONTAINER or CONTAINER:TAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFreeze(cmd.Context(), opts, env, args[0], true)
		},
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func newThawCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:   "thaw CONTAINER[:TAG]",
		Short: "Let a frozen tag or container be changed again",
		Example: `  sregistry thaw lab/hello:1.0
  sregistry thaw lab/hello`,
		Args: Takes(1, 1, "one CONTAINER or CONTAINER:TAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFreeze(cmd.Context(), opts, env, args[0], false)
		},
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

// runFreeze freezes or thaws the tag that is named, or else the container.
func runFreeze(ctx context.Context, opts remoteOptions, env Env, arg string, frozen bool) error {
	const op = "cli.freeze"
	name, err := parseContainerOrTag(arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if tag := name.Reference.Tag; tag != "" {
		err = c.FreezeTag(ctx, name.Path, tag, frozen)
	} else {
		err = c.FreezeContainer(ctx, name.Path, frozen)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	word := "frozen"
	if !frozen {
		word = "thawed"
	}
	say(env, "%s%s is %s.", name.Path, name.Reference.Suffix(), word)
	return nil
}
