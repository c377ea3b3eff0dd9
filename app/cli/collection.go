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

func newCollectionCommand(env Env) *cobra.Command {
	return group("collection", "Manage collections: who may see, pull and push what",
		newCollectionListCommand(env), newCollectionShowCommand(env), newCollectionCreateCommand(env),
		newCollectionPublicCommand(env), newCollectionPrivateCommand(env),
		newCollectionGrantCommand(env), newCollectionRevokeCommand(env), newCollectionRequireSignatureCommand(env),
		newCollectionDeleteCommand(env))
}

// atCollection connects to the registry of a collection that was named.
func (o remoteOptions) atCollection(env Env, arg string) (*client.Client, ref.Path, error) {
	name, err := parseName(arg)
	if err != nil {
		return nil, ref.Path{}, err
	}
	c, err := o.connect(env, name)
	return c, name.Path, err
}

func newCollectionListCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List the collections that you may see",
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, args []string) error { return runList(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func newCollectionShowCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "show COLLECTION", Short: "Show a collection and, to its owners, who has which role in it",
		Example: `  sregistry collection show lab`,
		Args:    Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionShow(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

// shownCollection is a collection with its roles, which only owners may list.
type shownCollection struct {
	api.Collection
	Roles []api.Grant `json:"roles,omitempty"`
}

func runCollectionShow(ctx context.Context, opts remoteOptions, env Env, arg string) error {
	const op = "cli.collection.show"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	collection, err := c.Collection(ctx, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	roles, err := collect(c.Roles(ctx, name))
	if err != nil && !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.Unauthenticated) {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, shownCollection{collection, roles})
	}
	sheet := newSheet(env.Stdout)
	sheet.field("Collection", collection.Name)
	sheet.field("Visibility", visibility(collection.Public))
	sheet.field("Description", collection.Description)
	sheet.field("Your role", collection.Role)
	sheet.field("Signed by", strings.Join(collection.TrustedKeys, " or "))
	sheet.field("Created", when(collection.Created))
	sheet.field("Updated", when(collection.Updated))
	sheet.field("Page", collection.Page)
	for _, grant := range roles {
		who := grant.User
		if grant.Team != "" {
			who = "team " + grant.Team
		}
		sheet.field(roleTitle(grant.Role), who)
	}
	return sheet.close()
}

func roleTitle(role string) string {
	if role == "owner" {
		return "Owner"
	}
	return "Contributor"
}
