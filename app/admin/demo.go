package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/datadir"
	"sregistry/app/demo"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/registry"
	"sregistry/app/server"
)

const (
	// demoPrefix begins the names of the demos' folders.
	demoPrefix = "sregistry-demo-"
	// demoStart is the most a demo takes from creating its folder to locking it.
	demoStart = time.Minute
)

// newDemo makes the command that runs a registry with sample data.
func newDemo(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	settings.Name, settings.LogLevel = "Sregistry demo", "warn"
	settings.Welcome = "Everything here is removed when the demo ends. Look around, push, delete: nothing can break."
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run a temporary registry with sample data",
		Long: `Run a temporary registry with sample data: three people, two teams, public and
private collections, and small images that run, one of them signed and one
frozen. Its folder is removed when the command ends, or by the next demo if it
was killed.`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return runDemo(c.Context(), settings, env, schema) },
	}
	c.AddCommand(newDemoImage(env))
	c.Flags().StringVar(&settings.Listen, "listen", settings.Listen, "`address` to listen on")
	return c
}

func runDemo(ctx context.Context, settings *config.Config, env cli.Env, schema string) (err error) {
	const op = "admin.runDemo"
	removeOldDemos(os.TempDir(), time.Now())
	if settings.Data, err = os.MkdirTemp("", demoPrefix); err != nil {
		return errs.Because(op, errs.Unavailable, err, "Cannot write to the folder for temporary files. Set TMPDIR to another one.")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(settings.Data)) }()
	people, err := fillDemo(ctx, settings, schema)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := printPeople(env.Stdout, people); err != nil {
		return errs.Wrap(op, err)
	}
	return server.Run(ctx, settings, schema, env.Stdout, env.Stderr, server.Replace{})
}

// fillDemo makes the data folder of a demo.
func fillDemo(ctx context.Context, settings *config.Config, schema string) (people []demo.Person, err error) {
	d, err := datadir.OpenExclusive(ctx, settings.Data, schema)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	id, err := d.Identity(ctx, identity.WithLog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, id.Close()) }()
	core := registry.New(d.DB, d.Blobs, server.RegistrySettings(settings), slog.New(slog.DiscardHandler))
	return demo.Fill(ctx, d.DB, core, id)
}

// printPeople prints the accounts to sign in with.
func printPeople(out io.Writer, people []demo.Person) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "This demo is removed when it ends (Ctrl-C). Sign in as:\n\nNAME\tPASSWORD\t")
	for _, p := range people {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.Password, p.About)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// removeOldDemos removes the folders of demos that were killed: nobody holds their locks. One
// that cannot be removed belongs to somebody else.
func removeOldDemos(dir string, now time.Time) {
	folders, err := filepath.Glob(filepath.Join(dir, demoPrefix+"*"))
	if err != nil {
		return // the pattern is a bad one only by the folder's name
	}
	for _, folder := range folders {
		info, err := os.Lstat(folder)
		if err != nil || !info.IsDir() || now.Sub(info.ModTime()) < demoStart {
			continue
		}
		datadir.RemoveUnused(folder)
	}
}
