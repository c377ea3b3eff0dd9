package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/server"
)

// newConfig makes the commands by which an administrator sees and changes, on the
// server's own machine, the settings that may change while the server runs.
func newConfig(env cli.Env, schema string) *cobra.Command {
	c := &cobra.Command{
		Use: "config COMMAND", Short: "See and change the settings of a running registry, on the server's machine",
		Long: `See and change the settings that may change while the registry runs. They are kept in
the database, and a running server goes by them within seconds. A setting that the
server was given at its start, as a flag, in its environment or in DATA/sregistry.conf,
stays as it was given.`,
	}
	settings := config.New()
	settings.DataFlag(c.PersistentFlags())
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return settings.LoadData(c.Flags(), os.Environ()) }
	with := func(ctx context.Context, fn func(*registry.Service) error) error {
		return governed(ctx, settings.Data, schema, fn)
	}
	c.AddCommand(newConfigShow(env, with), newConfigSet(env, with), newConfigReset(env, with))
	return c
}

// governed runs a function on the core of a data folder, with the settings that a server
// started in this environment would have.
func governed(ctx context.Context, dir string, schema string, fn func(*registry.Service) error) error {
	if err := datadir.Require(dir); err != nil {
		return err
	}
	start, err := config.Started(dir, os.Environ())
	if err != nil {
		return err
	}
	d, err := datadir.Open(ctx, dir, schema)
	if err != nil {
		return err
	}
	core := registry.New(d.DB, d.Blobs, server.RegistrySettings(start), slog.New(slog.DiscardHandler))
	// A kept setting that cannot be is no reason to refuse the command that mends it.
	if err := core.ApplySettings(ctx, server.SettingsFrom(start)); err != nil && !errs.Is(err, errs.Invalid) {
		return errors.Join(err, d.Close())
	}
	return errors.Join(fn(core), d.Close())
}

// cores runs a function on the core of the data folder.
type cores func(context.Context, func(*registry.Service) error) error

// shownSetting is a setting, for programs.
type shownSetting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	From    string `json:"from"`
	Fixed   bool   `json:"fixed"`
}

func newConfigShow(env cli.Env, with cores) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Show the settings that may change, and where their values come from", Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return with(c.Context(), func(core *registry.Service) error {
				list, err := core.RunningSettings(c.Context(), model.Console)
				if err != nil {
					return err
				}
				if asJSON {
					items := make([]shownSetting, 0, len(list))
					for _, s := range list {
						items = append(items, shownSetting{s.Name, s.Value, s.Default, origin(s), s.Fixed != ""})
					}
					return cli.PrintJSON(env.Stdout, items)
				}
				w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
				for _, s := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, shown(s.Value), origin(s))
				}
				return w.Flush()
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// shown writes a value on one line.
func shown(value string) string {
	if q := strconv.Quote(value); q != `"`+value+`"` || value == "" {
		return q
	}
	return value
}

// origin says where a setting's value comes from.
func origin(s model.Setting) string {
	switch {
	case s.Fixed != "":
		return s.Fixed + ", and fixed by it"
	case s.Changed.IsZero():
		return "default"
	case s.ChangedBy == "":
		return "set on " + s.Changed.Format("2006-01-02")
	}
	return "set on " + s.Changed.Format("2006-01-02") + " by " + s.ChangedBy
}

func newConfigSet(env cli.Env, with cores) *cobra.Command {
	return &cobra.Command{
		Use: "set NAME VALUE", Short: "Give a setting a value", Args: cli.Takes(2, 2, "a NAME and a VALUE"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(core *registry.Service) error {
				if err := core.ChangeSettings(c.Context(), model.Console, map[string]string{args[0]: args[1]}); err != nil {
					return err
				}
				fmt.Fprintf(env.Stderr, "The setting %s is %s now.\n", args[0], shown(args[1]))
				return nil
			})
		},
	}
}

func newConfigReset(env cli.Env, with cores) *cobra.Command {
	return &cobra.Command{
		Use: "reset NAME", Short: "Reset a setting to its default", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(core *registry.Service) error {
				if err := core.ResetSetting(c.Context(), model.Console, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(env.Stderr, "The setting %s has its default again.\n", args[0])
				return nil
			})
		},
	}
}
