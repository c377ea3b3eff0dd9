package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type deleteOptions struct {
	remoteOptions
	force, all bool
}

func newDeleteCommand(env Env) *cobra.Command {
	var opts deleteOptions
	cmd := &cobra.Command{
		Use:   "delete IMAGE",
		Short: "Delete a tag, an image by its digest, or with --all a container",
		Long: `Delete a tag, an image by its digest, or with --all a whole container.

A name without a tag means the tag latest. An image that has lost its last tag can still be
pulled by its digest for as long as the registry's grace period lasts.`,
		Example: `  sregistry delete lab/hello:1.0
  sregistry delete --force lab/hello@sha256:<hex>
  sregistry delete --all lab/hello`,
		Args: Takes(1, 1, "one IMAGE"),
		RunE: func(cmd *cobra.Command, args []string) error { return runDelete(cmd.Context(), opts, env, args[0]) },
	}
	opts.addRegistry(cmd.Flags())
	cmd.Flags().BoolVarP(&opts.force, "force", "f", false, "do not ask")
	cmd.Flags().BoolVar(&opts.all, "all", false, "delete the container with all its tags and images")
	return cmd
}

func runDelete(ctx context.Context, opts deleteOptions, env Env, arg string) error {
	const op = "cli.delete"
	parse := parseImage
	if opts.all {
		parse = parseName
	}
	name, err := parse(arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	what := name.Path.String() + name.Reference.Suffix()
	if opts.all {
		what += " with all its images"
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, deleteAsking(env, opts.force, what, func() error { return deleteNamed(ctx, c, name) }))
}

func deleteNamed(ctx context.Context, c *client.Client, name ref.URI) error {
	switch {
	case name.Reference.IsZero():
		return c.DeleteContainer(ctx, name.Path)
	case name.Reference.Digest != "":
		return c.DeleteImage(ctx, name.Path, name.Reference.Digest)
	}
	return c.DeleteTag(ctx, name.Path, name.Reference.Tag)
}

// deleteAsking deletes something once the user has confirmed it, in the words of the hub's
// clients.
func deleteAsking(env Env, force bool, what string, remove func() error) error {
	if !force {
		yes, err := confirm(env, "Are you sure you want to remove "+what+"?")
		if err != nil {
			return err
		}
		if !yes {
			say(env, "Delete cancelled.")
			return nil
		}
	}
	if err := remove(); err != nil {
		return err
	}
	say(env, "Deleted %s.", what)
	return nil
}
