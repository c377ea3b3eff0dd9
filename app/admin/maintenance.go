package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// newMaintenance makes the commands about what the server does in the background.
func newMaintenance(env cli.Env, schema string) *cobra.Command {
	c := &cobra.Command{Use: "maintenance COMMAND", Short: "Resume maintenance tasks that were paused"}
	c.SetUsageTemplate(strings.Replace(c.UsageTemplate(), " for more information about a command.", " for more information.", 1)) // to fit 80 columns
	settings := config.New()
	settings.DataFlag(c.PersistentFlags())
	c.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return settings.LoadData(c.Flags(), os.Environ()) }
	c.AddCommand(&cobra.Command{
		Use:   "resume scrub|cleanup",
		Short: "Resume a maintenance task that was paused",
		Long: `Resume a maintenance task that the server paused, also while it runs.

The scrub pauses when many files in a row are missing or damaged: the disk may
be gone. It resumes when files can be read again, or with this command.

Cleanup pauses for the grace period when the database was replaced or is new
beside existing files. Resume it once you are sure that the database is the
right one.`,
		Example: `  sregistry maintenance resume scrub --data ./data
  sregistry maintenance resume cleanup --data ./data`,
		Args: cli.Takes(1, 1, "one task: scrub or cleanup"),
		RunE: func(c *cobra.Command, args []string) error {
			return resume(c.Context(), settings.Data, schema, env, args[0])
		},
	})
	return c
}

func resume(ctx context.Context, dir, schema string, env cli.Env, task string) error {
	said := map[string]string{"scrub": "The scrub resumes within a minute.", "cleanup": "Cleanup resumes with its next run."}
	if said[task] == "" {
		return cli.UsageError("Unknown task %q. Use scrub or cleanup.", task)
	}
	if err := datadir.Require(dir); err != nil {
		return err
	}
	d, err := datadir.Open(ctx, dir, schema)
	if err != nil {
		return err
	}
	core := registry.New(d.DB, d.Blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
	do := core.ResumeScrub
	if task == "cleanup" {
		do = core.ResumeCleanup
	}
	was, err := do(ctx, model.Console)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if !was {
		said[task] = "It was not paused."
	}
	fmt.Fprintln(env.Stderr, said[task])
	return nil
}
