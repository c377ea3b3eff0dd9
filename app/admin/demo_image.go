package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"sregistry/app/cli"
	"sregistry/app/demo"
	"sregistry/app/errs"
)

// newDemoImage makes the command that writes an image for whoever has none.
func newDemoImage(env cli.Env) *cobra.Command {
	arch := runtime.GOARCH
	if !slices.Contains(demo.Arches, arch) {
		arch = demo.Arches[0]
	}
	c := &cobra.Command{
		Use:   "image FILE",
		Short: "Write a small image file to try a registry with",
		Long: `Write a small SIF image that prints one line when it is run. It needs neither
Apptainer nor a network.`,
		Example: `  sregistry demo image hello.sif
  sregistry push --name lab/hello hello.sif`,
		Args: cli.Takes(1, 1, "Name the file to write, such as hello.sif."),
		RunE: func(_ *cobra.Command, args []string) error { return writeDemoImage(env, args[0], arch) },
	}
	c.Flags().StringVar(&arch, "arch", arch, "architecture: amd64 or arm64")
	return c
}

func writeDemoImage(env cli.Env, name, arch string) error {
	const op = "admin.writeDemoImage"
	content, err := demo.Image(arch)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	switch {
	case errors.Is(err, fs.ErrExist):
		return errs.Because(op, errs.Conflict, err, "%s already exists. Choose another name.", name)
	case errors.Is(err, fs.ErrNotExist):
		return errs.Because(op, errs.NotFound, err, "Cannot write %s: the folder %s does not exist.", name, filepath.Dir(name))
	case err != nil:
		return errs.Because(op, errs.Unavailable, err, "Cannot write %s. Choose a folder you can write to.", name)
	}
	if _, err := f.Write(content); err != nil {
		return errs.Because(op, errs.NoSpace, errors.Join(err, f.Close(), os.Remove(name)), "Cannot write %s: the disk is full or failing.", name)
	}
	if err := f.Close(); err != nil {
		return errs.Because(op, errs.NoSpace, err, "Cannot write %s: the disk is full or failing.", name)
	}
	_, err = fmt.Fprintf(env.Stdout, "%s\n", name)
	return errs.Wrap(op, err)
}
