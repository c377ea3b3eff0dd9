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

// checkedBackup is what a check of a backup found, for programs.
type checkedBackup struct {
	Name    string          `json:"name,omitempty"`
	Taken   *time.Time      `json:"taken,omitempty"`
	Program string          `json:"program,omitempty"`
	Schema  int             `json:"schema,omitempty"`
	Blobs   int             `json:"blobs"`
	Bytes   int64           `json:"bytes"`
	Wrong   []string        `json:"wrong"`   // with what is no blob
	Damaged []backup.Damage `json:"damaged"` // lost since the backup was made
	Known   []backup.Damage `json:"known"`   // damaged when it was made
}

// checkBackups proves backups in a folder, or one that comes in.
func checkBackups(c *cobra.Command, env cli.Env, o checkOptions) (err error) {
	named := c.Flags().Changed("name")
	switch {
	case c.Flags().Changed("data"):
		return cli.UsageError("--data and --backup do not go together.")
	case named && o.which.All:
		return cli.UsageError("--name and --all do not go together.")
	case o.backup == "":
		return cli.UsageError("--backup is empty.")
	case o.backup == "-" && (named || o.which.All):
		return cli.UsageError("A stream has one backup only; leave --name and --all out.")
	}
	o.which.Quick, o.which.Progress = o.quick, counter(env, "checked")
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
		err = cli.PrintJSON(env.Stdout, checkedBackups(list))
	} else {
		tellChecked(env.Stdout, list)
	}
	if err != nil {
		return err
	}
	return verdict(list)
}

func checkedBackups(list []backup.Checked) []checkedBackup {
	shown := make([]checkedBackup, 0, len(list))
	for _, c := range list {
		shown = append(shown, checkedBackup{
			Name: c.Name, Taken: known(c.Manifest.Taken), Program: c.Manifest.Program, Schema: c.Manifest.Schema, Blobs: c.Blobs, Bytes: c.Bytes,
			Wrong: append([]string{}, c.Wrong...), Damaged: append([]backup.Damage{}, c.Damaged...), Known: append([]backup.Damage{}, c.Known...),
		})
	}
	return shown
}

func tellChecked(out io.Writer, list []backup.Checked) {
	for _, c := range list {
		for _, line := range c.Wrong {
			fmt.Fprintln(out, line)
		}
		tellDamage(out, c.Damaged)
		tellDamage(out, c.Known)
		what := "Backup"
		if c.Name != "" {
			what += " " + c.Name
		}
		if !c.Manifest.Taken.IsZero() {
			what += fmt.Sprintf(" of %s, made by sregistry %s", c.Manifest.Taken.Format(time.RFC3339), c.Manifest.Program)
		}
		fmt.Fprintf(out, "%s: %d blobs with %s checked, %d damaged or missing", what, c.Blobs, humanize.IBytes(uint64(c.Bytes)), len(c.Damaged))
		if len(c.Known) > 0 {
			fmt.Fprintf(out, ", %d since before the backup", len(c.Known))
		}
		if len(c.Wrong) > 0 {
			fmt.Fprint(out, "; it cannot be restored")
		}
		fmt.Fprintln(out, ".")
	}
}

// verdict is the error of backups that are not whole.
func verdict(list []backup.Checked) error {
	const op = "admin.check"
	broken, lost, never := 0, 0, 0
	for _, c := range list {
		broken += min(len(c.Wrong), 1)
		lost += len(c.Damaged)
		never += len(c.Known)
	}
	switch {
	case broken > 0 && len(list) == 1:
		return errs.E(op, errs.DigestInvalid, "The backup is damaged, and cannot be restored; make another one.")
	case broken > 0:
		return errs.E(op, errs.DigestInvalid, "%d of %d backups are damaged, and cannot be restored; make another one.", broken, len(list))
	case lost > 0 && list[0].Name == "": // a stream
		return errs.E(op, errs.DigestInvalid, "The backup is damaged; make another one.")
	case lost > 0:
		return errs.E(op, errs.DigestInvalid, "Blobs of the backup are damaged or missing. Make another backup there with --verify: what the registry still has is copied anew.")
	case never > 0:
		return cli.Partial("The backup is whole but for %d blobs that were damaged when it was made; push their images again, then make another backup.", never)
	}
	return nil
}
