package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// newCheck makes the command that proves the data folder whole.
func newCheck(env cli.Env, assets Assets) *cobra.Command {
	settings := config.New()
	quick := false
	c := &cobra.Command{
		Use:   "check",
		Short: "Verify every row against its file and every file against its hash, on the server's machine",
		Long: `Verify the database, every row against its file, and every file against its hash.
It only reads, and may run beside the server. It ends with status 15 if anything
is damaged, and names the images. It also tells when the last backup was made.`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := settings.LoadData(c.Flags(), os.Environ()); err != nil {
				return err
			}
			if err := hasRegistry(settings.Data); err != nil {
				return err
			}
			d, err := openData(c.Context(), settings.Data, assets.Schema, false)
			if err != nil {
				return err
			}
			shown := time.Now()
			core := registry.New(d.db, d.blobs, registry.Settings{}, slog.New(slog.DiscardHandler))
			found, err := core.Check(c.Context(), !quick, func(at registry.Checked) {
				if env.Terminal && time.Since(shown) > time.Second {
					fmt.Fprintf(env.Stderr, "\r%d blobs, %s", at.Blobs, humanize.IBytes(uint64(at.Bytes)))
					shown = time.Now()
				}
			})
			if err != nil {
				return errors.Join(err, d.Close())
			}
			for _, line := range found.Damage {
				fmt.Fprintln(env.Stdout, line)
			}
			fmt.Fprintf(env.Stdout, "%d blobs with %s checked, %d damaged; %d files that no row names.\n",
				found.Blobs, humanize.IBytes(uint64(found.Bytes)), len(found.Damage), found.Strays)
			health, err := core.Health(c.Context(), model.Console)
			if err = errors.Join(err, d.Close()); err != nil {
				return err
			}
			tellHealth(env.Stdout, health)
			if len(found.Damage) > 0 {
				return errs.E("app.check", errs.DigestInvalid, "The data folder is damaged.")
			}
			return nil
		},
	}
	settings.DataFlag(c.Flags())
	c.Flags().BoolVar(&quick, "quick", false, "compare sizes only, do not read the files")
	return c
}

// hasRegistry refuses a folder in which there is no registry, so that none is made there.
func hasRegistry(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil {
		return errs.Because("app.hasRegistry", errs.NotFound, err, "There is no registry in the folder %s; name the right one with --data.", dir)
	}
	return nil
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
