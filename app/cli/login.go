package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/cli/credentials"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type loginOptions struct {
	remoteOptions
	username                  string
	passwordStdin, tokenStdin bool
	scope                     []string
}

func newLoginCommand(env Env) *cobra.Command {
	var opts loginOptions
	cmd := &cobra.Command{
		Use:   "login [ADDRESS]",
		Short: "Log in to a registry",
		Long: `Log in to a registry. Name and password are asked for, and exchanged for a token that is kept
in ~/.sregistry, readable by you alone; the Python client uses it too. The password is not kept.`,
		Example: `  sregistry login https://registry.example
  sregistry login http://127.0.0.1:8080 --username bob --password-stdin < password.txt
  sregistry login registry.example --token-stdin < token.txt`,
		Args: Takes(0, 1, "one ADDRESS"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exclusive(cmd, "password-stdin", "token-stdin"); err != nil {
				return err
			}
			if err := exclusive(cmd, "username", "token-stdin"); err != nil {
				return err
			}
			if err := filled(cmd, "scope"); err != nil {
				return err
			}
			return runLogin(cmd.Context(), opts, env, args)
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVarP(&opts.username, "username", "u", "", "your `name` at the registry")
	cmd.Flags().BoolVar(&opts.passwordStdin, "password-stdin", false, "read the password from standard input")
	cmd.Flags().BoolVar(&opts.tokenStdin, "token-stdin", false, "read a token from standard input, instead of name and password")
	cmd.Flags().StringSliceVar(&opts.scope, "scope", allScopes(), "what the token may be used for, a `list`")
	return cmd
}

func allScopes() []string { return []string{"read", "write", "delete", "manage"} }

func runLogin(ctx context.Context, opts loginOptions, env Env, args []string) error {
	const op = "cli.login"
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
	if err := opts.greet(ctx, env, base); err != nil {
		return errs.Wrap(op, err)
	}
	login, err := opts.signIn(ctx, env, base)
	if err != nil {
		return &loginError{errs.Wrap(op, err)}
	}
	file.Set(login)
	if err := file.Save(); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "Logged in to %s as %s.", login.Base, login.Username)
	if env.getenv(envToken) != "" {
		say(env, "Note: %s is set in the environment and goes before this login.", envToken)
	}
	if opts.json {
		return printJSON(env, map[string]string{"server": login.Base, "user": login.Username})
	}
	return nil
}

// greet makes sure that there is a registry before anything secret is asked for, or sent.
func (o loginOptions) greet(ctx context.Context, env Env, base string) error {
	c, err := client.New(client.Options{Base: base, UserAgent: env.userAgent()})
	if err != nil {
		return err
	}
	if _, err := c.Server(ctx); err != nil {
		return err
	}
	if host, ok := strings.CutPrefix(base, "http://"); ok {
		if host, _, _ = strings.Cut(host, "/"); !isLoopback(host) {
			say(env, "Warning: the connection to %s is not encrypted. Everybody on the way can read the password and the token; use https:// if you can.", base)
		}
	}
	return nil
}

// signIn finds out who the user is and gets a token.
func (o loginOptions) signIn(ctx context.Context, env Env, base string) (credentials.Login, error) {
	if o.tokenStdin {
		return o.takeToken(ctx, env, base)
	}
	name, password, err := o.askPassword(env)
	if err != nil {
		return credentials.Login{}, err
	}
	c, err := client.New(client.Options{Base: base, Username: name, Password: password, UserAgent: env.userAgent()})
	if err != nil {
		return credentials.Login{}, err
	}
	token, err := c.CreateToken(ctx, api.NewToken{Name: tokenName(name, env.Hostname), Scope: o.scope, Replace: true})
	if err != nil {
		return credentials.Login{}, err
	}
	return credentials.Login{Base: base, Username: token.User, Token: token.Secret, TokenID: token.ID}, nil
}

// takeToken uses a token that was made elsewhere.
func (o loginOptions) takeToken(ctx context.Context, env Env, base string) (credentials.Login, error) {
	token, err := readLine(env.Stdin)
	if err != nil {
		return credentials.Login{}, err
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return credentials.Login{}, UsageError("The token on standard input is empty.")
	}
	c, err := client.New(client.Options{Base: base, Token: token, UserAgent: env.userAgent()})
	if err != nil {
		return credentials.Login{}, err
	}
	who, err := c.Whoami(ctx)
	return credentials.Login{Base: base, Username: who.User, Token: token}, err
}

// askPassword gives the name and the password.
func (o loginOptions) askPassword(env Env) (string, string, error) {
	if o.passwordStdin {
		if o.username == "" {
			return "", "", UsageError("Whose password? Write --username NAME too.")
		}
		password, err := readLine(env.Stdin)
		return o.username, password, err
	}
	if env.Secret == nil {
		return "", "", UsageError("There is no terminal to ask on. Use --username NAME --password-stdin, or --token-stdin.")
	}
	name := o.username
	if name == "" {
		var err error
		if name, err = askLine(env, "Name: "); err != nil {
			return "", "", err
		}
	}
	password, err := askSecret(env, "Password: ")
	return strings.TrimSpace(name), password, err
}

// tokenName tells where a token is kept, so that a lost machine's can be found and revoked,
// and so that the next login on this machine replaces it.
func tokenName(user, host string) string {
	if host == "" {
		host = "unknown"
	}
	return user + "@" + host
}
