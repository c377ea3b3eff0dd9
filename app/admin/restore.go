package admin

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
)

// newRestore makes the command that makes a data folder of a backup.
func newRestore(env cli.Env) *cobra.Command {
	data, list := "", false
	var o backup.RestoreOptions
	c := &cobra.Command{
		Use:   "restore FOLDER|-",
		Short: "Make a new data folder of a backup",
		Long: `Make a new data folder of the newest backup in FOLDER, or of the stream that
"sregistry backup -" has written, from standard input. Every file is read and held
against its hash, and the database against itself, before the folder can be used.
A restore that was interrupted goes on where it stopped when it is run again.

Nothing is ever restored over a registry: --data must name a new or empty folder.
Images that were damaged when the backup was made are named; the status is then 3.`,
		Args: cli.Takes(1, 1, "one FOLDER, or -"),
		RunE: func(c *cobra.Command, args []string) error {
			if list {
				return listBackups(env, args[0])
			}
			if data == "" {
				return cli.UsageError("Say with --data which new folder the backup shall be restored to.")
			}
			return runRestore(c, data, env, args[0], o)
		},
	}
	c.Flags().StringVar(&data, "data", "", "the new data folder")
	c.Flags().StringVar(&o.Name, "name", "", "which of the backups in FOLDER (default: the newest)")
	c.Flags().BoolVar(&list, "list", false, "show the backups in FOLDER, and restore nothing")
	c.Flags().BoolVar(&o.AcceptDamage, "accept-damage", false, "restore what is left of a backup that has lost files itself")
	return c
}

func runRestore(c *cobra.Command, data string, env cli.Env, from string, o backup.RestoreOptions) error {
	o.Progress = counter(env, "restored")
	var done backup.Restored
	var err error
	if from == "-" {
		done, err = backup.FromStream(c.Context(), env.Stdin, data, o)
	} else {
		done, err = backup.FromFolder(c.Context(), from, data, o)
	}
	tellDamage(env.Stdout, done.Lost)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Restored the backup of %s to %s: %d blobs with %s, all proven. Start it with: sregistry serve --data %s\n",
		done.Manifest.Taken.Format(time.RFC3339), data, done.Blobs, humanize.IBytes(uint64(done.Bytes)), data)
	if len(done.Lost) > 0 {
		return cli.Partial("The backup was restored without %d blobs that were damaged; push their images again.", len(done.Lost))
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
			fmt.Fprintf(env.Stdout, ", %d damaged", n)
		}
		fmt.Fprintln(env.Stdout)
	}
	return nil
}
