package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type labelsOptions struct {
	remoteOptions
	key, value string
}

func newLabelsCommand(env Env) *cobra.Command {
	var opts labelsOptions
	cmd := &cobra.Command{
		Use:   "labels [-k KEY] [-v VALUE]",
		Short: "List the labels of images, by key and value",
		Example: `  sregistry labels
  sregistry labels --key maintainer
  sregistry labels --key maintainer --value bob`,
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return runLabels(cmd.Context(), opts, env) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVarP(&opts.key, "key", "k", "", "only labels with this `key`")
	cmd.Flags().StringVarP(&opts.value, "value", "v", "", "only labels with this `value`")
	return cmd
}

func runLabels(ctx context.Context, opts labelsOptions, env Env) error {
	const op = "cli.labels"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	labels, err := collect(c.Labels(ctx, opts.key, opts.value))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if len(labels) == 0 {
		return errs.E(op, errs.NotFound, "No label found.")
	}
	return printList(env, opts.json, labels, []string{"KEY", "VALUE", "IMAGES"}, func(l api.Label) []string {
		return []string{l.Key, l.Value, strings.Join(l.Images, " ")}
	})
}
