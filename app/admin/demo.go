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
	// demoPrefix begins the names of the demonstrations' folders.
	demoPrefix = "sregistry-demo-"
	// demoStart is how long a demonstration may take from making its folder to holding it.
	demoStart = time.Minute
)

// newDemo makes the command that shows the registry with something in it.
func newDemo(env cli.Env, schema string) *cobra.Command {
	settings := config.New()
	settings.Name, settings.LogLevel = "Sregistry, a demonstration", "warn"
	settings.Welcome = "Everything here was made a moment ago, and is gone when the demonstration ends. Look around, push, delete: nothing can break."
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try a registry with people, teams and images in it, thrown away at the end",
		Long: `Run a registry with something to look at: three people, two teams, public and private
collections, and small images that run, one of them signed and one frozen. It lives in
a temporary folder and is removed when the command ends; what a killed one has left is
removed at the next start.`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return runDemo(c.Context(), settings, env, schema) },
	}
	c.AddCommand(newDemoImage(env))
	c.Flags().StringVar(&settings.Listen, "listen", settings.Listen, "address and port to listen on")
	return c
}

func runDemo(ctx context.Context, settings *config.Config, env cli.Env, schema string) (err error) {
	const op = "admin.runDemo"
	removeOldDemos(os.TempDir(), time.Now())
	if settings.Data, err = os.MkdirTemp("", demoPrefix); err != nil {
		return errs.Because(op, errs.Unavailable, err, "The folder of temporary files cannot be written; name another by the variable TMPDIR.")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(settings.Data)) }()
	people, err := fillDemo(ctx, settings, schema)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := introduce(env.Stdout, people); err != nil {
		return errs.Wrap(op, err)
	}
	return server.Run(ctx, settings, schema, env.Stdout, env.Stderr)
}

// fillDemo makes the data folder of a demonstration.
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

// introduce prints whom one can sign in as.
func introduce(out io.Writer, people []demo.Person) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "A demonstration, which is removed when it ends (Ctrl-C). Sign in as:\n\nNAME\tPASSWORD\t")
	for _, p := range people {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.Password, p.About)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// removeOldDemos removes the folders of demonstrations that were killed: nobody holds
// them any more. One that cannot be removed is somebody else's.
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
