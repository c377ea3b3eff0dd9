package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newSearchCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:   "search [QUERY...]",
		Short: "Find images by name",
		Long: `Find images by name, among those you may see.

  none, or *   all images
  X            those with X anywhere in their name or tag, and so all of collection X
  X/           those of collection X
  X/Y          those of container Y in collection X
  X/Y:TAG      the one with this tag
  /Y  /Y:TAG   those of container Y in any collection
  Y:TAG        the same`,
		Example: `  sregistry search
  sregistry search lab/ /hello:latest`,
		RunE: func(cmd *cobra.Command, args []string) error { return runSearch(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

// parseSearch reads one query in any of the forms that the hub's clients document.
func parseSearch(s string) (client.Search, error) {
	s = strings.TrimPrefix(s, "registry://")
	if s == "" || s == "*" {
		return client.Search{}, nil
	}
	name, tag, tagged := strings.Cut(s, ":")
	name = strings.ToLower(name)
	if tagged && (tag == "" || name == "" || strings.HasSuffix(name, "/")) {
		return client.Search{}, UsageError("%q is half a query; write CONTAINER:TAG or COLLECTION/CONTAINER:TAG.", s)
	}
	if !tagged && !strings.Contains(name, "/") {
		return client.Search{Text: name}, nil
	}
	if collection, ok := strings.CutSuffix(name, "/"); ok {
		_, err := ref.ParsePath(collection)
		return client.Search{Collection: collection}, err
	}
	slash := strings.LastIndex(name, "/")
	found := client.Search{Collection: name[:max(slash, 0)], Container: name[slash+1:], Tag: tag}
	if _, err := ref.ParsePath(strings.TrimPrefix(name, "/")); err != nil {
		return client.Search{}, err
	}
	return found, nil
}

func runSearch(ctx context.Context, opts remoteOptions, env Env, args []string) error {
	const op = "cli.search"
	if len(args) == 0 {
		args = []string{"*"}
	}
	queries := make([]client.Search, len(args))
	for i, arg := range args {
		var err error
		if queries[i], err = parseSearch(arg); err != nil {
			return errs.Wrap(op, err)
		}
	}
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	var images []api.Image
	for i, query := range queries {
		found, err := collect(c.Images(ctx, query))
		if err != nil && !errs.Is(err, errs.NotFound) { // as is a collection that does not exist
			return errs.Wrap(op, err)
		}
		if len(found) == 0 && len(queries) > 1 {
			say(env, "No image found for %s.", args[i])
		}
		images = append(images, found...)
	}
	if len(images) == 0 {
		return errs.E(op, errs.NotFound, "No image found.")
	}
	return printList(env, opts.json, images, imageHeading, imageRow)
}

var imageHeading = []string{"IMAGE", "KIND", "ARCH", "SIZE", "PUSHED", "CONTENT"}

func imageRow(i api.Image) []string {
	content := i.Content
	if content == "" {
		content = i.Digest
	}
	return []string{i.Name, i.Kind, i.Arch, size(i.Size), when(i.Pushed), content}
}
