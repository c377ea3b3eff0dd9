package admin

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
)

// newRestore makes the command that restores a backup.
func newRestore(env cli.Env) *cobra.Command {
	data, list := "", false
	var o backup.RestoreOptions
	c := &cobra.Command{
		Use:   "restore FOLDER|-",
		Short: "Restore a backup into a new data folder",
		Long: `Restore the newest backup in FOLDER, or the stream of "sregistry backup -" on
standard input, into a new data folder. Every file is compared with its hash,
and the database is checked, before the folder can be used. Run an interrupted
restore again to resume.

Nothing is ever overwritten: --data must name a new or empty folder. Images
that were corrupt when the backup ran are listed; the exit status is then 3.`,
		Args: cli.Takes(1, 1, "one FOLDER, or -"),
		RunE: func(c *cobra.Command, args []string) error {
			if list {
				return listBackups(env, args[0])
			}
			if data == "" {
				return cli.UsageError("--data is required: name a new folder to restore into.")
			}
			return runRestore(c, data, env, args[0], o)
		},
	}
	c.Flags().StringVar(&data, "data", "", "new data `folder`")
	c.Flags().StringVar(&o.Name, "name", "", "`name` of the backup (default the newest)")
	c.Flags().BoolVar(&list, "list", false, "list the backups in FOLDER")
	c.Flags().BoolVar(&o.AcceptDamage, "accept-damage", false, "restore a backup even if it lost files")
	return c
}

func runRestore(c *cobra.Command, data string, env cli.Env, from string, o backup.RestoreOptions) error {
	o.Progress = progress(env, "restored")
	var done backup.Restored
	var err error
	if from == "-" {
		done, err = backup.FromStream(c.Context(), env.Stdin, data, o)
	} else {
		done, err = backup.FromFolder(c.Context(), from, data, o)
	}
	printDamage(env.Stdout, done.Lost)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Restored the backup of %s to %s: %d blobs (%s), all verified. Start it with: sregistry serve --data %s\n",
		done.Manifest.Taken.Format(time.RFC3339), data, done.Blobs, humanize.IBytes(uint64(done.Bytes)), data)
	if len(done.Lost) > 0 {
		return cli.Partial("The backup was restored without %d corrupt blobs. Push their images again.", len(done.Lost))
	}
	return nil
}

func listBackups(env cli.Env, dir string) error {
	list, err := backup.List(dir)
	if err != nil {
		return err
	}
	for _, k := range list {
		fmt.Fprintf(env.Stdout, "%s  %d blobs, %s, made by sregistry %s", k.Name, k.Blobs, humanize.IBytes(uint64(k.Bytes)), k.Program)
		if n := len(k.Damaged); n > 0 {
			fmt.Fprintf(env.Stdout, ", %d corrupt", n)
		}
		fmt.Fprintln(env.Stdout)
	}
	return nil
}
