package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
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
		Use: "revoke ID | NAME", Short: "End a token",
		Args: Takes(1, 1, "one ID or NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTokenRevoke(cmd.Context(), opts, env, args[0])
		},
	}
	opts.addRegistry(cmd.Flags())
	cmd.Flags().StringVar(&opts.user, "user", "", "one of another `account` (for administrators)")
	return cmd
}

func runTokenRevoke(ctx context.Context, opts tokenUserOptions, env Env, idOrName string) error {
	const op = "cli.token.revoke"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.RevokeToken(ctx, opts.user, idOrName); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "Token %s is ended.", idOrName)
	return nil
}
