package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// checkOptions are the flags of "sregistry check".
type checkOptions struct {
	quick, json bool
	backup      string
	which       backup.CheckOptions
}

// newCheck makes the command that verifies the data folder or backups.
func newCheck(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	var o checkOptions
	c := &cobra.Command{
		Use:   "check",
		Short: "Verify the data folder or a backup",
		Long: `Verify the database, every row against its file, and every file against its
hash. It can run beside the server. It changes nothing, except that files in
quarantine are restored if the database names them again. Images with corrupt
or missing files are listed, and the exit status is then 15. It also shows when
the last backup ran.

--backup verifies a backup instead, in place: the newest in a folder of
backups, the one named by --name, all with --all, or a stream on standard
input. A backup that passes can be restored. Blobs that were corrupt when the
backup ran are listed too; if nothing else is wrong, the exit status is 3.`,
		Example: `  sregistry check --data ./data
  sregistry check --backup /mnt/backup
  ssh safe 'cat lab.tar' | sregistry check --backup -`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("backup") {
				return checkBackups(c, env, o)
			}
			if c.Flags().Changed("name") || o.which.All {
				return cli.UsageError("--name and --all need --backup FOLDER.")
			}
			if err := settings.LoadData(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return checkData(c.Context(), settings.Data, env, schema, o)
		},
	}
	f := c.Flags()
	settings.DataFlag(f)
	f.BoolVar(&o.quick, "quick", false, "compare sizes only, do not read image files")
	f.StringVar(&o.backup, "backup", "", "verify backups in this `folder`, or a stream from -")
	f.StringVar(&o.which.Name, "name", "", "`name` of the backup (default the newest)")
	f.BoolVar(&o.which.All, "all", false, "verify all backups in the folder")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	return c
}

// dataResult is the result of a check of the data folder, as JSON.
type dataResult struct {
	Blobs      int        `json:"blobs"`
	Bytes      int64      `json:"bytes"`
	Strays     int        `json:"strays"`
	Quarantine int        `json:"quarantine"` // files that no row names
	Restored   int        `json:"restored"`   // files from quarantine
	Damage     []string   `json:"damage"`
	LastBackup *time.Time `json:"lastBackup,omitempty"`
	Verified   *time.Time `json:"verifiedSince,omitempty"`
}

func checkData(ctx context.Context, dir string, env cli.Env, schema string, o checkOptions) error {
	if err := datadir.Require(dir); err != nil {
		return err
	}
	d, err := datadir.Open(ctx, dir, schema)
	if err != nil {
		return err
	}
	core := registry.New(d.DB, d.Blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
	show := progress(env, "checked")
	found, err := core.Keeper.Check(ctx, !o.quick, func(at registry.Checked) { show(at.Blobs, at.Bytes) })
	if err != nil {
		return errors.Join(err, d.Close())
	}
	health, err := core.Health(ctx, model.Console)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if o.json {
		err = cli.PrintJSON(env.Stdout, dataResult{
			Blobs: found.Blobs, Bytes: found.Bytes, Strays: found.Strays, Quarantine: found.Unknown, Restored: found.Restored,
			Damage:     append([]string{}, found.Damage...),
			LastBackup: optional(health.Backup.Done), Verified: optional(health.Verified),
		})
	} else {
		for _, line := range found.Damage {
			fmt.Fprintln(env.Stdout, line)
		}
		fmt.Fprintf(env.Stdout, "Checked %d blobs (%s): %d corrupt or missing, %d unknown files.\n",
			found.Blobs, humanize.IBytes(uint64(found.Bytes)), len(found.Damage), found.Strays)
		if found.Restored > 0 {
			fmt.Fprintf(env.Stdout, "Restored %d files from quarantine.\n", found.Restored)
		}
		if found.Unknown > 0 {
			fmt.Fprintf(env.Stdout, "In quarantine: %d files that no row names.\n", found.Unknown)
		}
		printHealth(env.Stdout, health)
	}
	if err == nil && len(found.Damage) > 0 {
		err = errs.E("admin.check", errs.DigestInvalid, "The data folder has corrupt or missing files. Push their images again or restore a backup.")
	}
	return err
}

// progress gives a function that shows on a terminal, once a second, how much is done.
func progress(env cli.Env, done string) func(blobs int, bytes int64) {
	shown := time.Now()
	return func(blobs int, bytes int64) {
		if env.Terminal && time.Since(shown) > time.Second {
			fmt.Fprintf(env.Stderr, "\r%d blobs %s, %s", blobs, done, humanize.IBytes(uint64(bytes)))
			shown = time.Now()
		}
	}
}

// optional is a time, or nil if it never came.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// printHealth prints when the last backup was made and when files were last read.
func printHealth(out io.Writer, h model.Health) {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return t.Format(time.RFC3339)
	}
	fmt.Fprintf(out, "Last backup: %s. %s\n", day(h.Backup.Done), h.Backup.Report)
	if h.Blobs > h.Damaged {
		fmt.Fprintf(out, "The server verified every blob since: %s.\n", day(h.Verified))
	}
}
