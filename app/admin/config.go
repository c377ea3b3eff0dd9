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

// newConfig makes the commands that show and change the settings which can change while the
// server runs.
func newConfig(env cli.Env, schema string) *cobra.Command {
	c := &cobra.Command{
		Use: "config COMMAND", Short: "Show and change settings while the server runs",
		Long: `Show and change the settings that can change while the server runs. They are
stored in the database, and a running server applies them within seconds. A
setting given when the server started (flag, environment or
DATA/sregistry.conf) is fixed: change it there and restart the server.`,
	}
	settings := config.New()
	settings.DataFlag(c.PersistentFlags())
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return settings.LoadData(c.Flags(), os.Environ()) }
	with := func(ctx context.Context, fn func(*registry.Service, bool) error) error {
		return withSettings(ctx, settings.Data, schema, fn)
	}
	c.AddCommand(newConfigShow(env, with), newConfigSet(env, with), newConfigReset(env, with))
	return c
}

// withSettings runs a function on the core of a data folder, with the settings of the server
// that runs on it, and tells it whether one does. Without one they are those that a server
// started in this environment would have.
func withSettings(ctx context.Context, dir, schema string, fn func(core *registry.Service, running bool) error) error {
	if err := datadir.Require(dir); err != nil {
		return err
	}
	start, running, err := startSettings(dir)
	if err != nil {
		return err
	}
	d, err := datadir.Open(ctx, dir, schema)
	if err != nil {
		return err
	}
	core := registry.New(d.DB, d.Blobs, server.RegistrySettings(start), slog.New(slog.DiscardHandler))
	// A stored value that is not valid is no reason to refuse the command that mends it.
	if err := core.ApplySettings(ctx, server.SettingsFrom(start)); err != nil && !errs.Is(err, errs.Invalid) {
		return errors.Join(err, d.Close())
	}
	return errors.Join(fn(core, running), d.Close())
}

// startSettings are the settings that a server was started with, or would be.
func startSettings(dir string) (start *config.Config, running bool, err error) {
	found, err := datadir.FindRunning(dir)
	if err != nil {
		return nil, false, err
	}
	if found != nil {
		return config.Recorded(found.Settings), true, nil
	}
	start, err = config.Started(dir, os.Environ())
	return start, false, err
}

// cores runs a function on the core of the data folder, and tells it whether a server runs.
type cores func(context.Context, func(core *registry.Service, running bool) error) error

// shownSetting is a setting, as JSON.
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
		Use: "show", Short: "Show settings, their values and sources", Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			return with(c.Context(), func(core *registry.Service, running bool) error {
				list, err := core.RunningSettings(c.Context(), model.Console)
				if err != nil {
					return err
				}
				if !running {
					fmt.Fprintln(env.Stderr, "No server is running. These are the values of a server started now in this environment.")
				}
				if asJSON {
					items := make([]shownSetting, 0, len(list))
					for _, s := range list {
						items = append(items, shownSetting{s.Name, s.Value, s.Default, origin(s), s.Fixed != ""})
					}
					return cli.PrintJSON(env.Stdout, items)
				}
				w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "SETTING\tVALUE\tSOURCE")
				for _, s := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, quoted(s.Value), origin(s))
				}
				return w.Flush()
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// quoted writes a value on one line.
func quoted(value string) string {
	if q := strconv.Quote(value); q != `"`+value+`"` || value == "" {
		return q
	}
	return value
}

// origin says where a setting's value comes from.
func origin(s model.Setting) string {
	switch {
	case s.Fixed != "":
		return s.Fixed + " (fixed)"
	case s.Changed.IsZero():
		return "default"
	case s.ChangedBy == "":
		return "set on " + s.Changed.Format("2006-01-02")
	}
	return "set on " + s.Changed.Format("2006-01-02") + " by " + s.ChangedBy
}

func newConfigSet(env cli.Env, with cores) *cobra.Command {
	return &cobra.Command{
		Use: "set NAME VALUE", Short: "Change a setting", Args: cli.Takes(2, 2, "a NAME and a VALUE"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(core *registry.Service, running bool) error {
				if err := core.ChangeSettings(c.Context(), model.Console, map[string]string{args[0]: args[1]}); err != nil {
					return err
				}
				s, err := settingNamed(c.Context(), core, args[0])
				if err == nil {
					fmt.Fprintf(env.Stderr, "Set %s to %s. %s\n", s.Name, quoted(s.Value), applies(running))
				}
				return err
			})
		},
	}
}

func newConfigReset(env cli.Env, with cores) *cobra.Command {
	return &cobra.Command{
		Use: "reset NAME", Short: "Reset a setting to its default", Args: cli.Takes(1, 1, "one NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return with(c.Context(), func(core *registry.Service, running bool) error {
				if err := core.ResetSetting(c.Context(), model.Console, args[0]); err != nil {
					return err
				}
				s, err := settingNamed(c.Context(), core, args[0])
				switch {
				case err != nil: // as another stored value that is not valid
					fmt.Fprintf(env.Stderr, "Removed the stored value of %s.\n", args[0])
					return err
				case s.Name == "": // of another version
					fmt.Fprintf(env.Stderr, "Removed the stored value of %s.\n", args[0])
				case s.Fixed != "":
					fmt.Fprintf(env.Stderr, "Removed the stored value of %s. It stays %s, set by %s.\n", s.Name, quoted(s.Value), s.Fixed)
				default:
					fmt.Fprintf(env.Stderr, "Reset %s to its default, %s. %s\n", s.Name, quoted(s.Value), applies(running))
				}
				return nil
			})
		},
	}
}

// settingNamed gives a setting as it is now; the zero value if there is none of the name.
func settingNamed(ctx context.Context, core *registry.Service, name string) (model.Setting, error) {
	list, err := core.RunningSettings(ctx, model.Console)
	if err != nil {
		return model.Setting{}, err
	}
	for _, s := range list {
		if s.Name == name {
			return s, nil
		}
	}
	return model.Setting{}, nil
}

// applies says when a change takes effect.
func applies(running bool) string {
	if running {
		return fmt.Sprintf("The running server applies it within %.0f seconds.", registry.SettingsInterval.Seconds())
	}
	return "It takes effect when the server starts."
}
