package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
)

type collectionCreateOptions struct {
	remoteOptions
	public      bool
	description string
}

func newCollectionCreateCommand(env Env) *cobra.Command {
	var opts collectionCreateOptions
	cmd := &cobra.Command{
		Use: "create COLLECTION", Short: "Make a collection, with you as its owner",
		Long: `Make a collection, with you as its owner. It is private unless --public is given. A push into a
collection that does not exist makes it, too.`,
		Example: `  sregistry collection create lab --description "Images of the lab"`,
		Args:    Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionCreate(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&opts.public, "public", false, "let everybody see it and pull from it")
	cmd.Flags().StringVar(&opts.description, "description", "", "what it is for, a `text`")
	return cmd
}

func runCollectionCreate(ctx context.Context, opts collectionCreateOptions, env Env, arg string) error {
	const op = "cli.collection.create"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	made, err := c.CreateCollection(ctx, api.NewCollection{Name: name.String(), Public: opts.public, Description: opts.description})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, made)
	}
	fmt.Fprintln(env.Stdout, line(made.Page))
	say(env, "Created the %s collection %s.", visibility(made.Public), made.Name)
	return nil
}

func newCollectionPublicCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "public COLLECTION", Short: "Let everybody see a collection and pull from it",
		Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionVisibility(cmd.Context(), opts, env, args[0], true)
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func newCollectionPrivateCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "private COLLECTION", Short: "Hide a collection from everybody without a role in it",
		Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionVisibility(cmd.Context(), opts, env, args[0], false)
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runCollectionVisibility(ctx context.Context, opts remoteOptions, env Env, arg string, public bool) error {
	const op = "cli.collection.visibility"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	changed, err := c.ChangeCollection(ctx, name, api.CollectionChange{Public: &public})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, changed)
	}
	say(env, "%s is %s.", name, visibility(public))
	return nil
}

type collectionDeleteOptions struct {
	remoteOptions
	force bool
}

func newCollectionDeleteCommand(env Env) *cobra.Command {
	var opts collectionDeleteOptions
	cmd := &cobra.Command{
		Use: "delete COLLECTION", Short: "Delete a collection with all its containers and images",
		Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionDelete(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addRegistry(cmd.Flags())
	cmd.Flags().BoolVarP(&opts.force, "force", "f", false, "do not ask")
	return cmd
}

func runCollectionDelete(ctx context.Context, opts collectionDeleteOptions, env Env, arg string) error {
	const op = "cli.collection.delete"
	c, name, err := opts.atCollection(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	what := "the collection " + name.String() + " with all its images"
	return errs.Wrap(op, deleteAsking(env, opts.force, what, func() error { return c.DeleteCollection(ctx, name) }))
}
