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

// backupOptions are the flags of "sregistry backup" that are no settings.
type backupOptions struct{ verify, withoutKey bool }

// newBackup makes the command that copies the data folder, even while a server runs on it.
func newBackup(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	var o backupOptions
	c := &cobra.Command{
		Use:   "backup FOLDER|-",
		Short: "Copy the data folder to a folder of backups, on the server's machine",
		Long: `Copy the database, the images, the server's key and its settings file to FOLDER,
also while the server runs. Again and again to the same folder: only what is new is
copied. Nothing that was there when the backup began is missing in it, whatever is
pushed, deleted and swept meanwhile. With "-", all of it goes to standard output as
one stream.

The backup holds the key that tokens are made from: keep it as safe as the data
folder. Damaged images are named and left out; the status is then 3.

With --verify, what FOLDER holds already is read too, which takes its time, and is
copied anew where it is damaged: so a backup is mended in which "sregistry check
--backup" has found damage.`,
		Example: `  sregistry backup /mnt/backup --data ./data
  sregistry backup /mnt/backup --data ./data --verify
  sregistry backup - --data ./data | ssh safe 'cat >lab.tar'`,
		Args: cli.Takes(1, 1, "one FOLDER, or -"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.verify && args[0] == "-" {
				return cli.UsageError("--verify is for a folder of backups; a stream is made anew each time.")
			}
			if err := settings.LoadData(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return runBackup(c.Context(), settings, env, schema, args[0], o)
		},
	}
	settings.DataFlag(c.Flags())
	c.Flags().IntVar(&settings.BackupKeep, "keep", settings.BackupKeep, "how many of the newest backups stay in FOLDER")
	c.Flags().BoolVar(&o.verify, "verify", false, "read what FOLDER holds already, and copy anew what is damaged there")
	c.Flags().BoolVar(&o.withoutKey, "without-key", false, "leave the server's key out; whoever restores the backup has to make all tokens anew")
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
	tell := counter(env, "copied")
	ways := backup.Options{Keep: settings.BackupKeep, Verify: o.verify, Progress: func(r backup.Report) { tell(r.Copied, r.CopiedBytes) }}
	var r backup.Report
	if to == "-" {
		out = env.Stderr // standard output is the backup
		r, err = source.ToStream(ctx, env.Stdout, ways)
	} else {
		r, err = source.ToFolder(ctx, to, ways)
	}
	if err := noteBackup(ctx, core, r, err); err != nil {
		return err
	}
	return tellBackup(out, r)
}

// noteBackup notes what became of a backup, and gives its error.
func noteBackup(ctx context.Context, core *registry.Service, r backup.Report, err error) error {
	said := r.Summary()
	if err != nil {
		said = cli.Explain(err)
	}
	return errors.Join(err, core.RecordBackup(context.WithoutCancel(ctx), err == nil, said))
}

// tellBackup prints what a backup did, and gives an error if it lacks something.
func tellBackup(out io.Writer, r backup.Report) error {
	tellDamage(out, r.Damaged)
	fmt.Fprintf(out, "Backup of %s: %s\n", r.Taken.Format(time.RFC3339), r.Summary())
	if len(r.Damaged) > 0 {
		return cli.Partial("The backup was made, but %d blobs are damaged where they were to be copied from; push their images again, then make another backup.", len(r.Damaged))
	}
	return nil
}

func tellDamage(out io.Writer, list []backup.Damage) {
	for _, d := range list {
		images := "no image uses it"
		if len(d.Images) > 0 {
			images = "images: " + strings.Join(d.Images, ", ")
		}
		fmt.Fprintf(out, "The blob %s %s; %s.\n", d.Digest, d.What, images)
	}
}
