package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

type tagOptions struct{ remoteOptions }

func newTagCommand(env Env) *cobra.Command {
	var opts tagOptions
	cmd := &cobra.Command{
		Use:   "tag IMAGE TAG...",
		Short: "Give an image that is in the registry another tag",
		Example: `  sregistry tag lab/hello:1.0 latest
  sregistry tag lab/hello@sha256:<hex> stable production`,
		Args: Takes(2, -1, "an IMAGE and at least one TAG"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTag(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runTag(ctx context.Context, opts tagOptions, env Env, args []string) error {
	const op = "cli.tag"
	image, err := parseImage(args[0])
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, tag := range args[1:] {
		if _, err := ref.ParseTag(tag); err != nil {
			return errs.Wrap(op, err)
		}
	}
	c, err := opts.connect(env, image)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, tag := range args[1:] {
		if err := c.SetTag(ctx, image.Path, tag, image.Reference); err != nil {
			return errs.Wrap(op, err)
		}
		say(env, "%s%s is now %s:%s too.", image.Path, image.Reference.Suffix(), image.Path, tag)
	}
	if !opts.json {
		return nil
	}
	now, err := c.Image(ctx, image.Path, image.Reference, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	now.Report = nil
	return printJSON(env, now)
}
