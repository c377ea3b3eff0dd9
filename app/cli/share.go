package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type shareOptions struct {
	remoteOptions
	days    int
	expires duration
	list    bool
	revoke  int64
}

func newShareCommand(env Env) *cobra.Command {
	var opts shareOptions
	cmd := &cobra.Command{
		Use:   "share IMAGE",
		Short: "Make an expiring link to an image, for people without an account",
		Long: `Make an expiring link to an image. Everybody who has the link can fetch the image until then,
with a browser, curl or wget. The link is printed now and never again.`,
		Example: `  sregistry share lab/hello:latest --days 7
  sregistry share lab/hello --list
  sregistry share --revoke 12`,
		Args: Takes(0, 1, "one IMAGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "days", "expires", "list", "revoke"); err != nil {
				return err
			}
			return runShare(cmd.Context(), opts, env, args)
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().IntVar(&opts.days, "days", 0, "how many `days` the link lives (default: the registry's choice)")
	cmd.Flags().Var(&opts.expires, "expires", "how long the link lives, such as 72h or 30d")
	cmd.Flags().BoolVar(&opts.list, "list", false, "list the links to images of the container")
	cmd.Flags().Int64Var(&opts.revoke, "revoke", 0, "end the link with this `number`")
	return cmd
}

func runShare(ctx context.Context, opts shareOptions, env Env, args []string) error {
	const op = "cli.share"
	var name ref.URI
	switch {
	case opts.days < 0 || opts.revoke < 0:
		return UsageError("Write a number above 0.")
	case len(args) == 0 && opts.revoke == 0:
		return UsageError("Which image? Write sregistry share COLLECTION/CONTAINER:TAG.")
	case len(args) == 1:
		var err error
		if name, err = parseImage(args[0]); err != nil {
			return errs.Wrap(op, err)
		}
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	switch {
	case opts.revoke != 0:
		if err := c.RevokeShare(ctx, opts.revoke); err != nil {
			return errs.Wrap(op, err)
		}
		say(env, "Link %d is ended.", opts.revoke)
		return nil
	case opts.list:
		return errs.Wrap(op, listShares(ctx, c, opts, env, name.Path))
	}
	return errs.Wrap(op, makeShare(ctx, c, opts, env, name))
}

func makeShare(ctx context.Context, c *client.Client, opts shareOptions, env Env, name ref.URI) error {
	seconds := opts.expires.seconds()
	if opts.days > 0 {
		seconds = int64(opts.days) * int64(24*time.Hour/time.Second)
	}
	share, err := c.ShareImage(ctx, name.Path, name.Reference, seconds)
	if err != nil {
		return err
	}
	if opts.json {
		return printJSON(env, share)
	}
	fmt.Fprintln(env.Stdout, line(share.Link))
	say(env, "Everybody with this link can fetch %s until %s.", share.Image, when(share.Expires))
	return nil
}

func listShares(ctx context.Context, c *client.Client, opts shareOptions, env Env, name ref.Path) error {
	shares, err := collect(c.Shares(ctx, name))
	if err != nil {
		return err
	}
	return printList(env, opts.json, shares, []string{"LINK", "IMAGE", "BY", "CREATED", "EXPIRES"}, func(s api.Share) []string {
		return []string{fmt.Sprint(s.ID), s.Image, s.By, when(s.Created), when(s.Expires)}
	})
}
