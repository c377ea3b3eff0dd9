package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
)

// memberChange is what a command does to each of the users it names.
type memberChange struct {
	does func(ctx context.Context, c *client.Client, team, user string) error
	says string // with the user and the team
}

func newTeamAddCommand(env Env) *cobra.Command {
	return memberCommand(env, "add TEAM USER...", "Add users to a team", memberChange{
		does: addMember,
		says: "%s is a member of the team %s.",
	})
}

// addMember leaves one alone who is in the team already: an owner must not become less by it.
func addMember(ctx context.Context, c *client.Client, team, user string) error {
	now, err := c.Team(ctx, team)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(now.Members, func(m api.Member) bool { return m.User == user }) {
		return nil
	}
	return c.SetMember(ctx, team, user, false)
}

func newTeamRemoveCommand(env Env) *cobra.Command {
	return memberCommand(env, "remove TEAM USER...", "Take users out of a team", memberChange{
		does: func(ctx context.Context, c *client.Client, team, user string) error {
			return c.RemoveMember(ctx, team, user)
		},
		says: "%s is no longer in the team %s.",
	})
}

func newTeamPromoteCommand(env Env) *cobra.Command {
	return memberCommand(env, "promote TEAM USER...", "Make members of a team its owners, who manage it", memberChange{
		does: func(ctx context.Context, c *client.Client, team, user string) error {
			return c.SetMember(ctx, team, user, true)
		},
		says: "%s is an owner of the team %s.",
	})
}

func newTeamDemoteCommand(env Env) *cobra.Command {
	return memberCommand(env, "demote TEAM USER...", "Make owners of a team plain members", memberChange{
		does: func(ctx context.Context, c *client.Client, team, user string) error {
			return c.SetMember(ctx, team, user, false)
		},
		says: "%s is a plain member of the team %s.",
	})
}

// memberCommand is the shape of the commands that do one thing to each of several users.
func memberCommand(env Env, use, short string, change memberChange) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: Takes(2, -1, "a TEAM and at least one USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTeamMembers(cmd.Context(), opts, env, args, change)
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runTeamMembers(ctx context.Context, opts remoteOptions, env Env, args []string, change memberChange) error {
	const op = "cli.team.members"
	c, err := opts.atTeam(env, args...)
	if err != nil {
		return errs.Wrap(op, err)
	}
	team := args[0]
	for _, user := range args[1:] {
		if err := change.does(ctx, c, team, user); err != nil {
			return errs.Wrap(op, err)
		}
		say(env, change.says, user, team)
	}
	if !opts.json {
		return nil
	}
	now, err := c.Team(ctx, team)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return printJSON(env, now)
}
