package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sregistry/app/cli/credentials"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newLogoutCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use:   "logout [ADDRESS]",
		Short: "Forget the login at a registry, and end its token",
		Example: `  sregistry logout
  sregistry logout https://registry.example`,
		Args: Takes(0, 1, "one ADDRESS"),
		RunE: func(cmd *cobra.Command, args []string) error { return runLogout(cmd.Context(), opts, env, args) },
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func runLogout(ctx context.Context, opts remoteOptions, env Env, args []string) error {
	const op = "cli.logout"
	if len(args) == 1 {
		opts.registry = args[0]
	}
	file, err := env.logins()
	if err != nil {
		return errs.Wrap(op, err)
	}
	base, err := opts.base(env, file, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	login := file.For(base)
	if login.Token == "" {
		say(env, "You are not logged in to %s.", base)
		return nil
	}
	// Only a token that our own login made is ended: another one may be in use elsewhere. If
	// that fails, the login is forgotten all the same, as the user wants it gone from here.
	if login.TokenID != "" {
		if err := revoke(ctx, env, login); err != nil {
			say(env, "The token could not be ended at the registry, and stays good: %s", Explain(err))
		}
	}
	file.Remove(base)
	if err := file.Save(); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "Logged out of %s.", base)
	return nil
}

func revoke(ctx context.Context, env Env, login credentials.Login) error {
	c, err := client.New(client.Options{Base: login.Base, Token: login.Token, UserAgent: env.userAgent()})
	if err != nil {
		return err
	}
	return c.RevokeToken(ctx, "", login.TokenID)
}
