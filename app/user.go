package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// newUser makes the commands by which an administrator manages accounts on the server's
// own machine. They work on the data folder, also while a server runs on it.
func newUser(env cli.Env, assets Assets) *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "Manage accounts, on the server's machine"}
	settings := config.New()
	settings.DataFlag(c.PersistentFlags())
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return settings.LoadData(c.Flags(), os.Environ()) }
	accounts := func(ctx context.Context, fn func(*identity.Service) error) error {
		d, err := openData(ctx, settings.Data, assets.Schema, false)
		if err != nil {
			return err
		}
		id, err := d.identity(ctx)
		if err != nil {
			return errors.Join(err, d.Close())
		}
		return errors.Join(fn(id), id.Close(), d.Close())
	}
	c.AddCommand(newUserAdd(env, accounts), newUserList(env, accounts), newUserPasswd(env, accounts),
		newUserSwitch(accounts, "disable NAME", "Disable an account: it can neither sign in nor use its tokens", func(ctx context.Context, id *identity.Service, name string) error {
			return id.SetDisabled(ctx, model.Console, name, true)
		}),
		newUserSwitch(accounts, "enable NAME", "Enable an account again", func(ctx context.Context, id *identity.Service, name string) error {
			return id.SetDisabled(ctx, model.Console, name, false)
		}),
		newUserAdmin(accounts))
	return c
}

// accounts runs a function on the accounts of the data folder.
type accounts func(context.Context, func(*identity.Service) error) error

func newUserAdd(env cli.Env, with accounts) *cobra.Command {
	var admin, robot, stdin bool
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Make an account",
		Long: `Make an account. The password is asked for, or read from standard input.
A robot has no password: give it tokens with "sregistry token create TOKEN --user NAME".`,
		Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			n := identity.NewUser{Name: args[0], Kind: model.Person, Admin: admin}
			switch {
			case robot && stdin:
				return cli.UsageError("--robot and --password-stdin do not go together: a robot has no password.")
			case robot:
				n.Kind = model.Robot
			default:
				var err error
				if n.Password, err = newPassword(env, stdin); err != nil {
					return err
				}
			}
			return with(c.Context(), func(id *identity.Service) error {
				_, err := id.CreateUser(c.Context(), model.Console, n)
				return err
			})
		},
	}
	c.Flags().BoolVar(&admin, "admin", false, "the account runs the registry")
	c.Flags().BoolVar(&robot, "robot", false, "the account is for programs: it has tokens only")
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	return c
}

func newUserPasswd(env cli.Env, with accounts) *cobra.Command {
	var stdin bool
	c := &cobra.Command{
		Use: "passwd NAME", Short: "Set an account's password, and end its sessions", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			password, err := newPassword(env, stdin)
			if err != nil {
				return err
			}
			return with(c.Context(), func(id *identity.Service) error {
				return id.SetPassword(c.Context(), model.Console, args[0], password)
			})
		},
	}
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	return c
}

func newUserList(env cli.Env, with accounts) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all accounts", Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return with(c.Context(), func(id *identity.Service) error {
				w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "NAME\tKIND\tRIGHTS\tSTATE\tSINCE")
				for page := (model.Page{Limit: model.MaxLimit}); ; {
					users, next, err := id.Users(c.Context(), model.Console, "", page)
					if err != nil {
						return err
					}
					for _, u := range users {
						rights, state := "user", "enabled"
						if u.Admin {
							rights = "admin"
						}
						if u.Disabled {
							state = "disabled"
						}
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Name, u.Kind, rights, state, u.Created.Format("2006-01-02"))
					}
					if page.After = next; next == "" {
						return w.Flush()
					}
				}
			})
		},
	}
}

func newUserAdmin(with accounts) *cobra.Command {
	var revoke bool
	c := &cobra.Command{
		Use: "admin NAME", Short: "Make an account an administrator, or no longer one", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(id *identity.Service) error {
				return id.SetAdmin(c.Context(), model.Console, args[0], !revoke)
			})
		},
	}
	c.Flags().BoolVar(&revoke, "revoke", false, "take the right away")
	return c
}

func newUserSwitch(with accounts, use, short string, fn func(context.Context, *identity.Service, string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(id *identity.Service) error { return fn(c.Context(), id, args[0]) })
		},
	}
}

// maxPasswordLine bounds what is read as a password from standard input, in bytes.
const maxPasswordLine = 4096

// newPassword reads a new password: twice from the terminal, or a line of standard input.
func newPassword(env cli.Env, stdin bool) (string, error) {
	const op = "app.newPassword"
	if stdin {
		text, err := io.ReadAll(io.LimitReader(env.Stdin, maxPasswordLine))
		if err != nil {
			return "", errs.Because(op, errs.Invalid, err, "The password cannot be read from standard input.")
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if env.Secret == nil {
		return "", errs.E(op, errs.Invalid, "There is no terminal to ask for the password; use --password-stdin.")
	}
	var typed [2]string
	for at, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(env.Stderr, prompt)
		text, err := env.Secret()
		fmt.Fprintln(env.Stderr)
		if err != nil {
			return "", errs.Because(op, errs.Invalid, err, "The password cannot be read from the terminal.")
		}
		typed[at] = text
	}
	if typed[0] != typed[1] {
		return "", errs.E(op, errs.Invalid, "The two passwords differ; try again.")
	}
	return typed[0], nil
}
