package admin

import (
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"sregistry/app/backup"
	"sregistry/app/cli"
	"sregistry/app/errs"
)

// backupResult is the result of a check of a backup, as JSON.
type backupResult struct {
	Name    string          `json:"name,omitempty"`
	Taken   *time.Time      `json:"taken,omitempty"`
	Program string          `json:"program,omitempty"`
	Schema  int             `json:"schema,omitempty"`
	Blobs   int             `json:"blobs"`
	Bytes   int64           `json:"bytes"`
	Wrong   []string        `json:"wrong"`   // with the files that are not blobs
	Damaged []backup.Damage `json:"damaged"` // lost since the backup was made
	Known   []backup.Damage `json:"known"`   // corrupt when it was made
}

// checkBackups verifies backups in a folder, or one in a stream.
func checkBackups(c *cobra.Command, env cli.Env, o checkOptions) (err error) {
	named := c.Flags().Changed("name")
	switch {
	case c.Flags().Changed("data"):
		return cli.UsageError("--data and --backup exclude each other.")
	case named && o.which.All:
		return cli.UsageError("--name and --all exclude each other.")
	case o.backup == "":
		return cli.UsageError("--backup is empty. Name a folder of backups, or - for a stream.")
	case o.backup == "-" && (named || o.which.All):
		return cli.UsageError("A stream has only one backup. Remove --name and --all.")
	}
	o.which.Quick, o.which.Progress = o.quick, progress(env, "checked")
	list := make([]backup.Checked, 1)
	if o.backup == "-" {
		list[0], err = backup.CheckStream(c.Context(), env.Stdin, o.which)
	} else {
		list, err = backup.CheckFolder(c.Context(), o.backup, o.which)
	}
	if err != nil {
		return err
	}
	if o.json {
		err = cli.PrintJSON(env.Stdout, backupResults(list))
	} else {
		printChecked(env.Stdout, list)
	}
	if err != nil {
		return err
	}
	return verdict(list)
}

func backupResults(list []backup.Checked) []backupResult {
	shown := make([]backupResult, 0, len(list))
	for _, c := range list {
		shown = append(shown, backupResult{
			Name: c.Name, Taken: optional(c.Manifest.Taken), Program: c.Manifest.Program, Schema: c.Manifest.Schema, Blobs: c.Blobs, Bytes: c.Bytes,
			Wrong: append([]string{}, c.Wrong...), Damaged: append([]backup.Damage{}, c.Damaged...), Known: append([]backup.Damage{}, c.Known...),
		})
	}
	return shown
}

func printChecked(out io.Writer, list []backup.Checked) {
	for _, c := range list {
		for _, line := range c.Wrong {
			fmt.Fprintln(out, line)
		}
		printDamage(out, c.Damaged)
		printDamage(out, c.Known)
		what := "Backup"
		if c.Name != "" {
			what += " " + c.Name
		}
		if !c.Manifest.Taken.IsZero() {
			what += fmt.Sprintf(" of %s, made by sregistry %s", c.Manifest.Taken.Format(time.RFC3339), c.Manifest.Program)
		}
		fmt.Fprintf(out, "%s: checked %d blobs (%s), %d corrupt or missing", what, c.Blobs, humanize.IBytes(uint64(c.Bytes)), len(c.Damaged))
		if len(c.Known) > 0 {
			fmt.Fprintf(out, ", %d corrupt since before the backup", len(c.Known))
		}
		if len(c.Wrong) > 0 {
			fmt.Fprint(out, ". It cannot be restored")
		}
		fmt.Fprintln(out, ".")
	}
}

// verdict is the error of backups that are not intact.
func verdict(list []backup.Checked) error {
	const op = "admin.check"
	broken, lost, before := 0, 0, 0
	for _, c := range list {
		broken += min(len(c.Wrong), 1)
		lost += len(c.Damaged)
		before += len(c.Known)
	}
	switch {
	case broken > 0 && len(list) == 1:
		return errs.E(op, errs.DigestInvalid, "The backup is corrupt and cannot be restored. Make another one.")
	case broken > 0:
		return errs.E(op, errs.DigestInvalid, "%d of %d backups are corrupt and cannot be restored. Make another one.", broken, len(list))
	case lost > 0 && list[0].Name == "": // a stream
		return errs.E(op, errs.DigestInvalid, "The backup is corrupt. Make another one.")
	case lost > 0:
		return errs.E(op, errs.DigestInvalid, "Blobs of the backup are corrupt or missing. Make another backup with --verify to replace those that the registry still has.")
	case before > 0:
		return cli.Partial("The backup is intact but for %d blobs that were corrupt when it ran. Push their images again, then make another backup.", before)
	}
	return nil
}
