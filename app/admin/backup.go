package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/registry"
)

// backupOptions are the flags of "sregistry backup" that are not settings.
type backupOptions struct{ verify, withoutKey bool }

// newBackup makes the command that backs the data folder up, also while a server runs on it.
func newBackup(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	var o backupOptions
	c := &cobra.Command{
		Use:   "backup FOLDER|-",
		Short: "Back up the data folder, also while the server runs",
		Long: `Back up the database, the images, the server's key and its settings file to
FOLDER, also while the server runs. A backup is the state of one moment,
whatever is pushed or deleted meanwhile. Run it repeatedly with the same
FOLDER: only new files are copied. With "-", the backup is one stream on
standard output.

A backup contains the key that tokens are derived from. Keep it as safe as the
data folder. Corrupt images are listed and left out; the exit status is then 3.

--verify also reads the files that FOLDER already has, which takes a while, and
copies corrupt ones again. Use it after "sregistry check --backup" has found
some.`,
		Example: `  sregistry backup /mnt/backup --data ./data
  sregistry backup /mnt/backup --data ./data --verify
  sregistry backup - --data ./data | ssh safe 'cat >lab.tar'`,
		Args: cli.Takes(1, 1, "one FOLDER, or -"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.verify && args[0] == "-" {
				return cli.UsageError("--verify needs a FOLDER. A stream has no earlier files.")
			}
			if err := settings.LoadData(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return runBackup(c.Context(), settings, env, schema, args[0], o)
		},
	}
	settings.DataFlag(c.Flags())
	c.Flags().IntVar(&settings.BackupKeep, "keep", settings.BackupKeep, "number of backups to keep in FOLDER")
	c.Flags().BoolVar(&o.verify, "verify", false, "read existing files too, and replace corrupt ones")
	c.Flags().BoolVar(&o.withoutKey, "without-key", false, "leave out the server's key; tokens are lost")
	return c
}

func runBackup(ctx context.Context, settings *config.Config, env cli.Env, schema string, to string, o backupOptions) (err error) {
	if err := datadir.Require(settings.Data); err != nil {
		return err
	}
	d, err := datadir.Open(ctx, settings.Data, schema)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	core := registry.New(d.DB, d.Blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
	source, out := d.Source(o.withoutKey), env.Stdout
	show := progress(env, "copied")
	ways := backup.Options{Keep: settings.BackupKeep, Verify: o.verify, Progress: func(r backup.Report) { show(r.Copied, r.CopiedBytes) }}
	var r backup.Report
	if to == "-" {
		out = env.Stderr // standard output is the backup
		r, err = source.ToStream(ctx, env.Stdout, ways)
	} else {
		r, err = source.ToFolder(ctx, to, ways)
	}
	if err := recordBackup(ctx, core, r, err); err != nil {
		return err
	}
	return printBackup(out, r)
}

// recordBackup records how a backup ended, and returns its error.
func recordBackup(ctx context.Context, core *registry.Service, r backup.Report, err error) error {
	said := r.Summary()
	if err != nil {
		said = cli.Explain(err)
	}
	return errors.Join(err, core.Keeper.RecordBackup(context.WithoutCancel(ctx), err == nil, said))
}

// printBackup prints what a backup did, and returns an error if something is missing in it.
func printBackup(out io.Writer, r backup.Report) error {
	printDamage(out, r.Damaged)
	fmt.Fprintf(out, "Backup of %s: %s\n", r.Taken.Format(time.RFC3339), r.Summary())
	if len(r.Damaged) > 0 {
		return cli.Partial("The backup is complete but for %d corrupt blobs. Push their images again, then make another backup.", len(r.Damaged))
	}
	return nil
}

func printDamage(out io.Writer, list []backup.Damage) {
	for _, d := range list {
		images := "no image needs it"
		if len(d.Images) > 0 {
			images = "images: " + strings.Join(d.Images, ", ")
		}
		fmt.Fprintf(out, "Blob %s %s; %s.\n", d.Digest, d.What, images)
	}
}
