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

// newCheck makes the command that proves the data folder or backups whole.
func newCheck(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	var o checkOptions
	c := &cobra.Command{
		Use:   "check",
		Short: "Verify every row against its file and every file against its hash, on the server's machine",
		Long: `Verify the database, every row against its file, and every file against its hash.
It only reads, and may run beside the server. It ends with status 15 if anything
is damaged, and names the images. It also tells when the last backup was made.

With --backup, it proves a backup instead, where it is: the newest in a folder of
them, the one that --name tells, all of them, or a stream from standard input. What
it says is whole can be restored. What was damaged when the backup was made, and so
was never in it, is named too; if nothing else is wrong, the status is 3.`,
		Example: `  sregistry check --data ./data
  sregistry check --backup /mnt/backup
  ssh safe 'cat lab.tar' | sregistry check --backup -`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("backup") {
				return checkBackups(c, env, o)
			}
			if c.Flags().Changed("name") || o.which.All {
				return cli.UsageError("Say with --backup in which folder the backups are.")
			}
			if err := settings.LoadData(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return checkData(c.Context(), settings.Data, env, schema, o)
		},
	}
	f := c.Flags()
	settings.DataFlag(f)
	f.BoolVar(&o.quick, "quick", false, "compare sizes only, do not read the files of images")
	f.StringVar(&o.backup, "backup", "", "check backups in this `folder`, or a stream of one from -")
	f.StringVar(&o.which.Name, "name", "", "which of the backups (default: the newest)")
	f.BoolVar(&o.which.All, "all", false, "all of the backups")
	f.BoolVar(&o.json, "json", false, "print what was found as JSON")
	return c
}

// checkedData is what a check of the data folder found, for programs.
type checkedData struct {
	Blobs      int        `json:"blobs"`
	Bytes      int64      `json:"bytes"`
	Strays     int        `json:"strays"`
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
	tell := counter(env, "checked")
	found, err := core.Check(ctx, !o.quick, func(at registry.Checked) { tell(at.Blobs, at.Bytes) })
	if err != nil {
		return errors.Join(err, d.Close())
	}
	health, err := core.Health(ctx, model.Console)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if o.json {
		err = cli.PrintJSON(env.Stdout, checkedData{
			Blobs: found.Blobs, Bytes: found.Bytes, Strays: found.Strays, Damage: append([]string{}, found.Damage...),
			LastBackup: known(health.Backup.Done), Verified: known(health.Verified),
		})
	} else {
		for _, line := range found.Damage {
			fmt.Fprintln(env.Stdout, line)
		}
		fmt.Fprintf(env.Stdout, "%d blobs with %s checked, %d damaged; %d files that no row names.\n",
			found.Blobs, humanize.IBytes(uint64(found.Bytes)), len(found.Damage), found.Strays)
		tellHealth(env.Stdout, health)
	}
	if err == nil && len(found.Damage) > 0 {
		err = errs.E("admin.check", errs.DigestInvalid, "The data folder is damaged.")
	}
	return err
}

// counter gives a function that tells on a terminal, now and then, how far something has
// come.
func counter(env cli.Env, done string) func(blobs int, bytes int64) {
	shown := time.Now()
	return func(blobs int, bytes int64) {
		if env.Terminal && time.Since(shown) > time.Second {
			fmt.Fprintf(env.Stderr, "\r%d blobs %s, %s", blobs, done, humanize.IBytes(uint64(bytes)))
			shown = time.Now()
		}
	}
}

// known is a time, unless it never came.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// tellHealth prints when the last backup was made and when files were last read.
func tellHealth(out io.Writer, h model.Health) {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return t.Format(time.RFC3339)
	}
	fmt.Fprintf(out, "Last backup: %s. %s\n", day(h.Backup.Done), h.Backup.Report)
	if h.Blobs > h.Damaged {
		fmt.Fprintf(out, "Every blob was verified by the server since: %s.\n", day(h.Verified))
	}
}
