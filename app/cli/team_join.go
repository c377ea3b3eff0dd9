package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

type teamInviteOptions struct {
	remoteOptions
	expires duration
}

func newTeamInviteCommand(env Env) *cobra.Command {
	var opts teamInviteOptions
	cmd := &cobra.Command{
		Use: "invite TEAM", Short: "Make a link by which one person may join a team, once",
		Example: `  sregistry team invite imaging --expires 7d`,
		Args:    Takes(1, 1, "one TEAM"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runTeamInvite(cmd.Context(), opts, env, args[0]) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().Var(&opts.expires, "expires", "how long the link lives, such as 72h or 7d (default: the registry's choice)")
	return cmd
}

func runTeamInvite(ctx context.Context, opts teamInviteOptions, env Env, name string) error {
	const op = "cli.team.invite"
	c, err := opts.atTeam(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	invitation, err := c.Invite(ctx, name, opts.expires.seconds())
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, invitation)
	}
	fmt.Fprintln(env.Stdout, line(invitation.Link))
	say(env, "One person can join %s by this link, until %s.", name, when(invitation.Expires))
	return nil
}

func newTeamJoinCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "join TEAM | LINK", Short: "Join a team: an open one by its name, another by an invitation's link",
		Example: `  sregistry team join imaging
  sregistry team join https://registry.example/invitations/<secret>`,
		Args: Takes(1, 1, "one TEAM or LINK"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTeamJoin(cmd.Context(), opts, env, args[0]) },
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func runTeamJoin(ctx context.Context, opts remoteOptions, env Env, arg string) error {
	const op = "cli.team.join"
	if strings.Contains(arg, "://") {
		// The link is taken to the registry that the user is logged in at: what a link says
		// must not decide where a token goes.
		c, err := opts.connect(env, ref.URI{})
		if err != nil {
			return errs.Wrap(op, err)
		}
		team, err := c.AcceptInvitation(ctx, arg)
		if err != nil {
			return errs.Wrap(op, err)
		}
		say(env, "%s", strings.TrimSpace("You are now a member of the team "+team.Name)+".")
		return nil
	}
	c, err := opts.atTeam(env, arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.JoinTeam(ctx, arg); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "You are now a member of the team %s.", arg)
	return nil
}

func newTeamLeaveCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "leave TEAM", Short: "Leave a team",
		Args: Takes(1, 1, "one TEAM"),
		RunE: func(cmd *cobra.Command, args []string) error { return runTeamLeave(cmd.Context(), opts, env, args[0]) },
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func runTeamLeave(ctx context.Context, opts remoteOptions, env Env, name string) error {
	const op = "cli.team.leave"
	c, err := opts.atTeam(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.LeaveTeam(ctx, name); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "You have left the team %s.", name)
	return nil
}
