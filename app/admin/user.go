package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// newUser makes the commands that manage accounts in the data folder, also while a server
// runs on it.
func newUser(env cli.Env, schema string) *cobra.Command {
	c := &cobra.Command{Use: "user COMMAND", Short: "Manage accounts"}
	settings := config.New()
	settings.DataFlag(c.PersistentFlags())
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return settings.LoadData(c.Flags(), os.Environ()) }
	open := func(ctx context.Context, fn func(*identity.Service) error) error {
		d, err := datadir.Open(ctx, settings.Data, schema)
		if err != nil {
			return err
		}
		id, err := d.Identity(ctx)
		if err != nil {
			return errors.Join(err, d.Close())
		}
		return errors.Join(fn(id), id.Close(), d.Close())
	}
	// Only "add" creates the registry: in a folder that is named wrongly, the other commands
	// would find nobody, or change accounts that nobody uses.
	accounts := func(ctx context.Context, fn func(*identity.Service) error) error {
		if err := datadir.Require(settings.Data); err != nil {
			return err
		}
		return open(ctx, fn)
	}
	creating := func(ctx context.Context, fn func(*identity.Service) error) error {
		missing := datadir.Require(settings.Data)
		err := open(ctx, fn)
		if missing != nil && err == nil {
			fmt.Fprintf(env.Stderr, "Created a new registry in the folder %s.\n", settings.Data)
		}
		return err
	}
	c.AddCommand(newUserAdd(env, creating), newUserList(env, accounts), newUserPasswd(env, accounts),
		newUserSwitch(env, accounts, "disable NAME", "Disable an account and its tokens", "Disabled", func(ctx context.Context, id *identity.Service, name string) error {
			return id.SetDisabled(ctx, model.Console, name, true)
		}),
		newUserSwitch(env, accounts, "enable NAME", "Enable a disabled account", "Enabled", func(ctx context.Context, id *identity.Service, name string) error {
			return id.SetDisabled(ctx, model.Console, name, false)
		}),
		newUserAdmin(env, accounts))
	return c
}

// accounts runs a function on the accounts of the data folder.
type accounts func(context.Context, func(*identity.Service) error) error

func newUserAdd(env cli.Env, with accounts) *cobra.Command {
	var admin, robot, stdin bool
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Create an account",
		Long: `Create an account. It asks for the password, or reads it from standard input. A
robot has no password; create tokens for it with "sregistry token create TOKEN
--user NAME". In a new data folder, this also creates the registry.`,
		Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			n := identity.NewUser{Name: args[0], Kind: model.Person, Admin: admin}
			switch {
			case robot && stdin:
				return cli.UsageError("--robot and --password-stdin exclude each other: a robot has no password.")
			case robot:
				n.Kind = model.Robot
			default:
				var err error
				if n.Password, err = newPassword(env, stdin); err != nil {
					return err
				}
			}
			if err := n.Validate(); err != nil { // before a registry is made for the account
				return err
			}
			return with(c.Context(), func(id *identity.Service) error {
				u, err := id.CreateUser(c.Context(), model.Console, n)
				if err == nil {
					printCreated(env, u)
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&admin, "admin", false, "make it an administrator")
	c.Flags().BoolVar(&robot, "robot", false, "account for programs, with tokens only")
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	return c
}

// printCreated says that an account was created, and what to do next.
func printCreated(env cli.Env, u model.User) {
	fmt.Fprintf(env.Stderr, "Created the account %s.\n", u.Name)
	if u.Kind == model.Robot {
		fmt.Fprintf(env.Stderr, "Create a token for it as an administrator: sregistry token create TOKEN --user %s\n", u.Name)
	}
}

func newUserPasswd(env cli.Env, with accounts) *cobra.Command {
	var stdin bool
	c := &cobra.Command{
		Use: "passwd NAME", Short: "Set a password and end all sessions", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			password, err := newPassword(env, stdin)
			if err != nil {
				return err
			}
			return with(c.Context(), func(id *identity.Service) error {
				if err := id.SetPassword(c.Context(), model.Console, args[0], password); err != nil {
					return err
				}
				fmt.Fprintf(env.Stderr, "Set the password of %s and ended all sessions.\n", args[0])
				return nil
			})
		},
	}
	c.Flags().BoolVar(&stdin, "password-stdin", false, "read the password from standard input")
	return c
}

// listedUser is an account, as JSON.
type listedUser struct {
	Name     string         `json:"name"`
	FullName string         `json:"full_name,omitempty"`
	Kind     model.UserKind `json:"kind"`
	Admin    bool           `json:"admin"`
	Disabled bool           `json:"disabled"`
	Created  time.Time      `json:"created"`
}

func newUserList(env cli.Env, with accounts) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List accounts", Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return with(c.Context(), func(id *identity.Service) error {
				list := []listedUser{}
				for page := (model.Page{Limit: model.MaxLimit}); ; {
					users, next, err := id.Users(c.Context(), model.Console, "", page)
					if err != nil {
						return err
					}
					for _, u := range users {
						list = append(list, listedUser{u.Name, u.FullName, u.Kind, u.Admin, u.Disabled, u.Created})
					}
					if page.After = next; next == "" {
						break
					}
				}
				if asJSON {
					return cli.PrintJSON(env.Stdout, list)
				}
				return tableOfUsers(env.Stdout, list)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

func tableOfUsers(out io.Writer, list []listedUser) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKIND\tROLE\tSTATE\tCREATED")
	for _, u := range list {
		role, state := "user", "enabled"
		if u.Admin {
			role = "admin"
		}
		if u.Disabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Name, u.Kind, role, state, u.Created.Format("2006-01-02"))
	}
	return w.Flush()
}

func newUserAdmin(env cli.Env, with accounts) *cobra.Command {
	var revoke bool
	c := &cobra.Command{
		Use: "admin NAME", Short: "Grant or revoke administrator rights", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(id *identity.Service) error {
				if err := id.SetAdmin(c.Context(), model.Console, args[0], !revoke); err != nil {
					return err
				}
				did := "is now"
				if revoke {
					did = "is no longer"
				}
				fmt.Fprintf(env.Stderr, "%s %s an administrator.\n", args[0], did)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&revoke, "revoke", false, "revoke the rights")
	return c
}

// newUserSwitch makes a command that changes one account; did says what it did.
func newUserSwitch(env cli.Env, with accounts, use, short, did string, fn func(context.Context, *identity.Service, string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(id *identity.Service) error {
				if err := fn(c.Context(), id, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(env.Stderr, "%s %s.\n", did, args[0])
				return nil
			})
		},
	}
}

// maxPasswordLine bounds what is read as a password from standard input, in bytes.
const maxPasswordLine = 4096

// newPassword reads a new password: twice from the terminal, or a line of standard input.
func newPassword(env cli.Env, stdin bool) (string, error) {
	const op = "admin.newPassword"
	if stdin {
		text, err := io.ReadAll(io.LimitReader(env.Stdin, maxPasswordLine))
		if err != nil {
			return "", errs.Because(op, errs.Invalid, err, "Cannot read the password from standard input.")
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if env.Secret == nil {
		return "", errs.E(op, errs.Invalid, "Cannot ask for a password without a terminal. Use --password-stdin.")
	}
	var typed [2]string
	for at, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(env.Stderr, prompt)
		text, err := env.Secret()
		fmt.Fprintln(env.Stderr)
		if err != nil {
			return "", errs.Because(op, errs.Invalid, err, "Cannot read the password from the terminal.")
		}
		typed[at] = text
	}
	if typed[0] != typed[1] {
		return "", errs.E(op, errs.Invalid, "The passwords differ. Try again.")
	}
	return typed[0], nil
}
