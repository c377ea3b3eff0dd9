package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/errs"
)

type teamCreateOptions struct {
	remoteOptions
	open bool
}

func newTeamCreateCommand(env Env) *cobra.Command {
	var opts teamCreateOptions
	cmd := &cobra.Command{
		Use: "create TEAM", Short: "Make a team, with you as its owner",
		Example: `  sregistry team create imaging`,
		Args:    Takes(1, 1, "one TEAM"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runTeamCreate(cmd.Context(), opts, env, args[0]) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&opts.open, "open", false, "let everybody join without an invitation")
	return cmd
}

func runTeamCreate(ctx context.Context, opts teamCreateOptions, env Env, name string) error {
	const op = "cli.team.create"
	c, err := opts.atTeam(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	want := api.NewTeam{Name: name, Join: "invite"}
	if opts.open {
		want.Join = "open"
	}
	team, err := c.CreateTeam(ctx, want)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, team)
	}
	say(env, "Created the team %s, %s.", team.Name, joining(team.Join))
	return nil
}

type teamDeleteOptions struct {
	remoteOptions
	force bool
}

func newTeamDeleteCommand(env Env) *cobra.Command {
	var opts teamDeleteOptions
	cmd := &cobra.Command{
		Use: "delete TEAM", Short: "Delete a team, and the roles it was given",
		Args: Takes(1, 1, "one TEAM"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTeamDelete(cmd.Context(), opts, env, args[0]) },
	}
	opts.addRegistry(cmd.Flags())
	cmd.Flags().BoolVarP(&opts.force, "force", "f", false, "do not ask")
	return cmd
}

func runTeamDelete(ctx context.Context, opts teamDeleteOptions, env Env, name string) error {
	const op = "cli.team.delete"
	c, err := opts.atTeam(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, deleteAsking(env, opts.force, "the team "+name, func() error { return c.DeleteTeam(ctx, name) }))
}
