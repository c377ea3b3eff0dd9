package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"sregistry/app/errs"
)

// maxReadme is how much of a file is read to be a README; the registry allows less.
const maxReadme = 1 << 20

func newReadmeCommand(env Env) *cobra.Command {
	var opts remoteOptions
	var file string
	cmd := &cobra.Command{
		Use:   "readme CONTAINER",
		Short: "Show what is told about a container, or change it",
		Example: `  sregistry readme lab/hello
  sregistry readme lab/hello --set README.md
  sregistry readme lab/hello --set - < README.md`,
		Args: Takes(1, 1, "one CONTAINER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runReadme(cmd, opts, env, args[0], file)
		},
	}
	cmd.Flags().StringVar(&file, "set", "", "a `file` in Markdown to take its place; - is the standard input")
	opts.addRegistry(cmd.Flags())
	return cmd
}

// runReadme writes the README out, or puts a file in its place.
func runReadme(cmd *cobra.Command, opts remoteOptions, env Env, arg, file string) error {
	const op = "cli.readme"
	name, err := parseName(arg)
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := opts.connect(env, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	present, err := c.Readme(cmd.Context(), name.Path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if file == "" {
		if env.Shown {
			present.Text = plain(present.Text)
		}
		_, err := fmt.Fprint(env.Stdout, present.Text)
		return errs.Wrap(op, err)
	}
	text, err := readText(env, file)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := c.SetReadme(cmd.Context(), name.Path, text, present.Version); err != nil {
		return errs.Wrap(op, err)
	}
	say(env, "The README of %s is changed.", name.Path)
	return nil
}

// readText reads a file, or the standard input for "-".
func readText(env Env, file string) (string, error) {
	const op = "cli.readText"
	r := env.Stdin
	if file != fromStdin {
		f, err := os.Open(file)
		if err != nil {
			return "", errs.Because(op, errs.Invalid, err, "The file %s cannot be read.", file)
		}
		defer f.Close()
		r = f
	}
	text, err := io.ReadAll(io.LimitReader(r, maxReadme+1))
	switch {
	case err != nil:
		return "", errs.Because(op, errs.Invalid, err, "The file %s cannot be read.", file)
	case len(text) > maxReadme:
		return "", errs.E(op, errs.TooLarge, "The file %s is too large for a README.", file)
	}
	return string(text), nil
}
