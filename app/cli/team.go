package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newTeamCommand(env Env) *cobra.Command {
	return group("team", "Manage teams: groups of users that roles can be given to",
		newTeamListCommand(env), newTeamShowCommand(env), newTeamCreateCommand(env), newTeamDeleteCommand(env),
		newTeamInviteCommand(env), newTeamJoinCommand(env), newTeamLeaveCommand(env),
		newTeamAddCommand(env), newTeamRemoveCommand(env), newTeamPromoteCommand(env), newTeamDemoteCommand(env))
}

// atTeam connects to the registry, once the names of a team and perhaps users are checked.
func (o remoteOptions) atTeam(env Env, names ...string) (*client.Client, error) {
	for _, name := range names {
		if _, err := ref.ParseName(name); err != nil {
			return nil, err
		}
	}
	return o.connect(env, ref.URI{})
}

func newTeamListCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List the teams",
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return runTeamList(cmd.Context(), opts, env) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runTeamList(ctx context.Context, opts remoteOptions, env Env) error {
	const op = "cli.team.list"
	c, err := opts.atTeam(env)
	if err != nil {
		return errs.Wrap(op, err)
	}
	teams, err := collect(c.Teams(ctx))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return printList(env, opts.json, teams, []string{"TEAM", "MEMBERS", "JOINING", "CREATED"}, func(t api.Team) []string {
		return []string{t.Name, fmt.Sprint(t.Size), joining(t.Join), when(t.Created)}
	})
}

func newTeamShowCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "show TEAM", Short: "Show a team and, to those in it, its members",
		Args: Takes(1, 1, "one TEAM"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTeamShow(cmd.Context(), opts, env, args[0]) },
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runTeamShow(ctx context.Context, opts remoteOptions, env Env, name string) error {
	const op = "cli.team.show"
	c, err := opts.atTeam(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	team, err := c.Team(ctx, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, team)
	}
	sheet := newSheet(env.Stdout)
	sheet.field("Team", team.Name)
	sheet.field("Members", fmt.Sprint(team.Size))
	sheet.field("Joining", joining(team.Join))
	sheet.field("Created", when(team.Created))
	for _, member := range team.Members {
		title := "Member"
		if member.Owner {
			title = "Owner"
		}
		sheet.field(title, member.User)
	}
	return sheet.close()
}

func joining(policy string) string {
	if policy == "open" {
		return "open to all"
	}
	return "by invitation"
}
