package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// backupOptions are the flags of "sregistry backup" that are no settings.
type backupOptions struct{ verify, withoutKey bool }

// newBackup makes the command that copies the data folder, even while a server runs on it.
func newBackup(env cli.Env, assets Assets) *cobra.Command {
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
			return runBackup(c.Context(), settings, env, assets, args[0], o)
		},
	}
	settings.DataFlag(c.Flags())
	c.Flags().IntVar(&settings.BackupKeep, "keep", settings.BackupKeep, "how many of the newest backups stay in FOLDER")
	c.Flags().BoolVar(&o.verify, "verify", false, "read what FOLDER holds already, and copy anew what is damaged there")
	c.Flags().BoolVar(&o.withoutKey, "without-key", false, "leave the server's key out; whoever restores the backup has to make all tokens anew")
	return c
}

func runBackup(ctx context.Context, settings *config.Config, env cli.Env, assets Assets, to string, o backupOptions) (err error) {
	if err := hasRegistry(settings.Data); err != nil {
		return err
	}
	d, err := openData(ctx, settings.Data, assets.Schema, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	core := registry.New(d.db, d.blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
	source, out := d.source(o.withoutKey), env.Stdout
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

// source is the data folder as package backup wants it.
func (d *data) source(withoutKey bool) backup.Source {
	files := []string{config.FileName}
	if !withoutKey {
		files = append(files, identity.KeyFileName)
	}
	return backup.Source{Dir: d.dir, DB: d.db, Blobs: d.blobs, Files: files, Program: Version}
}

// noteBackup notes what became of a backup, and gives its error.
func noteBackup(ctx context.Context, core *registry.Service, r backup.Report, err error) error {
	said := summary(r)
	if err != nil {
		said = cli.Explain(err)
	}
	return errors.Join(err, core.NoteBackup(context.WithoutCancel(ctx), err == nil, said))
}

// summary tells of a backup in a sentence.
func summary(r backup.Report) string {
	s := fmt.Sprintf("%d blobs (%s), %d of them copied (%s)", r.Blobs, humanize.IBytes(uint64(r.Bytes)), r.Copied, humanize.IBytes(uint64(r.CopiedBytes)))
	if r.Mended > 0 {
		s += fmt.Sprintf("; %d had been damaged there", r.Mended)
	}
	if r.Dropped > 0 {
		s += fmt.Sprintf("; %d older backups and %d blobs were let go", r.Dropped, r.Removed)
	}
	if len(r.Damaged) > 0 {
		s += fmt.Sprintf("; %d blobs are damaged and missing in it", len(r.Damaged))
	}
	return s + "."
}

// tellBackup prints what a backup did, and gives an error if it lacks something.
func tellBackup(out io.Writer, r backup.Report) error {
	tellDamage(out, r.Damaged)
	fmt.Fprintf(out, "Backup of %s: %s\n", r.Taken.Format(time.RFC3339), summary(r))
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

const (
	// backupLook is how often the server sees whether a backup is due.
	backupLook = 30 * time.Second
	// backupPatience is how long it waits after one that failed, at most.
	backupPatience = time.Hour
)

// backUpAgainAndAgain makes the server's own backups, as its settings say, until ctx is
// done.
func backUpAgainAndAgain(ctx context.Context, core *registry.Service, d *data, log *slog.Logger) {
	look := time.NewTicker(backupLook)
	defer look.Stop()
	var tried time.Time
	for {
		if err := backUpIfDue(ctx, core, d, log, &tried); err != nil && !errs.Is(err, errs.Canceled) {
			log.Error("backup", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// backUpIfDue makes a backup if the newest in its folder is old enough: the folder is
// asked, because backups made elsewhere by hand do not count, and another folder has none.
func backUpIfDue(ctx context.Context, core *registry.Service, d *data, log *slog.Logger, tried *time.Time) error {
	ways := core.Settings()
	if ways.BackupTo == "" || time.Since(*tried) < min(ways.BackupEvery, backupPatience) {
		return nil
	}
	// If they cannot be listed, the backup itself says why.
	if list, err := backup.List(ways.BackupTo); err == nil && time.Since(list[len(list)-1].Taken) < ways.BackupEvery {
		return nil
	}
	*tried = time.Now()
	r, err := d.source(false).ToFolder(ctx, ways.BackupTo, backup.Options{Keep: ways.BackupKeep})
	if ctx.Err() != nil { // the server stops; the next start makes it
		return err
	}
	if err := noteBackup(ctx, core, r, err); err != nil {
		return err
	}
	for _, bad := range r.Damaged {
		log.Error("backup: a blob is damaged", "digest", bad.Digest, "what", bad.What, "images", bad.Images)
	}
	log.Info("backed up", "to", ways.BackupTo, "name", r.Name, "blobs", r.Blobs, "copied", r.Copied, "bytes", r.CopiedBytes, "dropped", r.Dropped, "removed", r.Removed)
	return nil
}
