package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newTokenCommand(env Env) *cobra.Command {
	return group("token", "Manage tokens: secrets by which programs act for you",
		newTokenListCommand(env), newTokenCreateCommand(env), newTokenRevokeCommand(env))
}

// tokenUserOptions are those of commands by which an administrator looks after others' tokens.
type tokenUserOptions struct {
	remoteOptions
	user string
}

func newTokenListCommand(env Env) *cobra.Command {
	var opts tokenUserOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List your tokens",
		Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return runTokenList(cmd.Context(), opts, env) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.user, "user", "", "those of another `account` (for administrators)")
	return cmd
}

func runTokenList(ctx context.Context, opts tokenUserOptions, env Env) error {
	const op = "cli.token.list"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	tokens, err := collect(c.Tokens(ctx, opts.user))
	if err != nil {
		return errs.Wrap(op, err)
	}
	heading := []string{"ID", "NAME", "SCOPE", "COLLECTIONS", "CREATED", "EXPIRES", "LAST USED"}
	return printList(env, opts.json, tokens, heading, func(t api.Token) []string {
		collections := strings.Join(t.Collections, " ")
		if collections == "" {
			collections = "all"
		}
		return []string{t.ID, t.Name, strings.Join(t.Scope, " "), collections, when(t.Created),
			whenever(t.Expires, "never"), whenever(t.LastUsed, "not yet")}
	})
}

type tokenCreateOptions struct {
	remoteOptions
	scope, collections []string
	expires            duration
	user               string
}

func newTokenCreateCommand(env Env) *cobra.Command {
	var opts tokenCreateOptions
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a token, and print it alone",
		Long: `Make a token, and print it alone. It is shown now and never again.`,
		Example: `  sregistry token create ci --scope read --collection lab --expires 90d
  TOKEN=$(sregistry token create backup --user robot1)`,
		Args: Takes(1, 1, "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			// A script whose list came out empty does not want a token for everything.
			if err := filled(cmd, "scope", "collection"); err != nil {
				return err
			}
			return runTokenCreate(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringSliceVar(&opts.scope, "scope", []string{"read", "write"}, "what it may be used for, a `list` of: read, write, delete, manage")
	cmd.Flags().StringSliceVar(&opts.collections, "collection", nil, "the `collections` that it is narrowed to (default: all that you reach)")
	cmd.Flags().Var(&opts.expires, "expires", "how long it lives, such as 72h or 90d (default: for ever)")
	cmd.Flags().StringVar(&opts.user, "user", "", "make it for another `account`, such as a robot (for administrators)")
	return cmd
}

func runTokenCreate(ctx context.Context, opts tokenCreateOptions, env Env, name string) error {
	const op = "cli.token.create"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	token, err := c.CreateToken(ctx, api.NewToken{Name: name, Scope: opts.scope, Collections: opts.collections,
		ExpiresIn: opts.expires.seconds(), User: opts.user})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if opts.json {
		return printJSON(env, token)
	}
	fmt.Fprintln(env.Stdout, line(token.Secret))
	return nil
}

func newTokenRevokeCommand(env Env) *cobra.Command {
	var opts tokenUserOptions
	cmd := &cobra.Command{
		Use: "revoke ID | NAME | TOKEN | -", Short: "Revoke a token",
		Long: `Revoke a token, given by its ID, its NAME, or the TOKEN itself. Whoever has a token can
revoke it, without a login. "-" reads it from standard input, which keeps it out of the
shell's history.`,
		Example: `  sregistry token revoke ci
  sregistry token revoke - < leaked-token.txt`,
		Args: Takes(1, 1, "one ID, NAME or TOKEN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTokenRevoke(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addRegistry(cmd.Flags())
	cmd.Flags().StringVar(&opts.user, "user", "", "revoke a token of this `account` (for administrators)")
	return cmd
}

func runTokenRevoke(ctx context.Context, opts tokenUserOptions, env Env, token string) error {
	const op = "cli.token.revoke"
	if token == fromStdin {
		text, err := readLine(env.Stdin)
		if err != nil {
			return errs.Wrap(op, err)
		}
		token = strings.TrimSpace(text)
	}
	id, isToken := client.TokenID(token)
	if isToken {
		done, err := revokeByItself(ctx, opts, env, id, token)
		if err != nil || done {
			return errs.Wrap(op, err)
		}
		token = id // a secret has no place in the address of a request
	}
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.RevokeToken(ctx, opts.user, token); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "Token %s revoked.", token)
	return nil
}

// revokeByItself has a token end itself. One that cannot, since it has expired or its account is
// disabled, is left to the login.
func revokeByItself(ctx context.Context, opts tokenUserOptions, env Env, id, token string) (bool, error) {
	file, err := env.logins()
	if err != nil {
		return false, err
	}
	base, err := opts.base(env, file, ref.URI{})
	if err != nil {
		return false, err
	}
	c, err := client.New(client.Options{Base: base, Token: token, UserAgent: env.userAgent()})
	if err != nil {
		return false, err
	}
	err = c.RevokeToken(ctx, "", id)
	if errs.Is(err, errs.Unauthenticated) || errs.Is(err, errs.Forbidden) {
		if loginFor(env, file, base).Token == "" {
			return false, &loginError{errs.Because("cli.revokeByItself", errs.Unauthenticated, err, "The token is not valid at %s, or not any longer.", base)}
		}
		return false, nil
	}
	if err == nil {
		say(env, "Token %s revoked.", id)
	}
	return err == nil, err
}
