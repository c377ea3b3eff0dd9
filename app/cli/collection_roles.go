package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type rolesOptions struct {
	remoteOptions
	owners, contributors         []string
	ownerTeams, contributorTeams []string
}

func (o *rolesOptions) addFlags(f *pflag.FlagSet) {
	o.remoteOptions.addFlags(f)
	f.StringSliceVar(&o.owners, "owner", nil, "a `user`: owners push, delete, and manage the collection")
	f.StringSliceVar(&o.contributors, "contributor", nil, "a `user`: contributors pull though it is private")
	f.StringSliceVar(&o.ownerTeams, "owner-team", nil, "a `team` of owners")
	f.StringSliceVar(&o.contributorTeams, "contributor-team", nil, "a `team` of contributors")
}

// grants gives the roles that the flags name, in their order of the help.
func (o rolesOptions) grants() ([]api.Grant, error) {
	var grants []api.Grant
	for _, list := range []struct {
		names []string
		make  func(name string) api.Grant
	}{
		{o.owners, func(name string) api.Grant { return api.Grant{User: name, Role: "owner"} }},
		{o.contributors, func(name string) api.Grant { return api.Grant{User: name, Role: "contributor"} }},
		{o.ownerTeams, func(name string) api.Grant { return api.Grant{Team: name, Role: "owner"} }},
		{o.contributorTeams, func(name string) api.Grant { return api.Grant{Team: name, Role: "contributor"} }},
	} {
		for _, name := range list.names {
			if _, err := ref.ParseName(name); err != nil {
				return nil, err
			}
			grants = append(grants, list.make(name))
		}
	}
	if len(grants) == 0 {
		return nil, UsageError("Whom? Write --owner, --contributor, --owner-team or --contributor-team with a name.")
	}
	return grants, nil
}

func newCollectionGrantCommand(env Env) *cobra.Command {
	var opts rolesOptions
	cmd := &cobra.Command{
		Use: "grant COLLECTION", Short: "Give users or teams a role in a collection",
		Example: `  sregistry collection grant lab --contributor bob
  sregistry collection grant lab --owner carol --contributor-team imaging`,
		Args: Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionGrant(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func newCollectionRevokeCommand(env Env) *cobra.Command {
	var opts rolesOptions
	cmd := &cobra.Command{
		Use: "revoke COLLECTION", Short: "Take a role in a collection away from users or teams",
		Example: `  sregistry collection revoke lab --contributor bob`,
		Args:    Takes(1, 1, "one COLLECTION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCollectionRevoke(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runCollectionGrant(ctx context.Context, opts rolesOptions, env Env, arg string) error {
	return errs.Wrap("cli.collection.grant", opts.apply(ctx, env, arg, func(grant api.Grant) api.Grant { return grant }))
}

func runCollectionRevoke(ctx context.Context, opts rolesOptions, env Env, arg string) error {
	take := func(grant api.Grant) api.Grant { return api.Grant{User: grant.User, Team: grant.Team} }
	return errs.Wrap("cli.collection.revoke", opts.apply(ctx, env, arg, take))
}

// apply sets one role after the other, each as change has it, and shows the roles then.
func (o rolesOptions) apply(ctx context.Context, env Env, arg string, change func(api.Grant) api.Grant) error {
	grants, err := o.grants()
	if err != nil {
		return err
	}
	c, name, err := o.atCollection(env, arg)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		grant = change(grant)
		if err := c.SetRole(ctx, name, grant); err != nil {
			return err
		}
		sayRole(env, name, grant)
	}
	if !o.json {
		return nil
	}
	roles, err := collect(c.Roles(ctx, name))
	if err != nil {
		return err
	}
	return printList(env, true, roles, nil, nil)
}

func sayRole(env Env, name ref.Path, grant api.Grant) {
	who := grant.User
	if grant.Team != "" {
		who = "Team " + grant.Team
	}
	if grant.Role == "" {
		say(env, "%s has no role in %s any more.", who, name)
		return
	}
	say(env, "%s has the role %s in %s.", who, grant.Role, name)
}
