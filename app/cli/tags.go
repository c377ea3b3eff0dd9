package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newTagsCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:     "tags CONTAINER",
		Short:   "List the tags of a container",
		Example: `  sregistry tags lab/hello`,
		Args:    Takes(1, 1, "one CONTAINER"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runTags(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runTags(ctx context.Context, opts remoteOptions, env Env, args []string) error {
	const op = "cli.tags"
	name, err := parseName(args[0])
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, listTags(ctx, c, opts, env, name.Path))
}

// listTags shows a row for every image of every tag.
func listTags(ctx context.Context, c *client.Client, opts remoteOptions, env Env, name ref.Path) error {
	tags, err := collect(c.Tags(ctx, name))
	if err != nil {
		return err
	}
	heading := []string{"TAG", "ARCH", "SIZE", "FROZEN", "UPDATED", "CONTENT"}
	if opts.json {
		return printList(env, true, tags, heading, nil)
	}
	var rows [][]string
	for _, tag := range tags {
		for _, image := range tag.Images {
			row := imageRow(image)
			rows = append(rows, []string{tag.Name, row[2], row[3], yesNo(tag.Frozen), when(tag.Updated), row[5]})
		}
	}
	return printList(env, false, rows, heading, func(row []string) []string { return row })
}
