package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type pushOptions struct {
	remoteOptions
	name, tag string
	quiet     bool
}

func newPushCommand(env Env) *cobra.Command {
	var opts pushOptions
	cmd := &cobra.Command{
		Use:   "push --name COLLECTION/CONTAINER [--tag TAG] FILE",
		Short: "Upload an image file to the registry",
		Long: `Upload an image file to the registry.

Prints the digest of the file and the address of the image's page. Content that the registry
already has is not sent again. An interrupted push resumes when you run the same command
again. A collection that does not exist is created, private, with you
as its owner.`,
		Example: `  sregistry push --name lab/hello --tag latest hello.sif
  sregistry push --name registry.example/lab/hello:1.0 hello.sif`,
		Args: pushArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return runPush(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.name, "name", "", "what to call the `image`: COLLECTION/CONTAINER[:TAG]")
	cmd.Flags().StringVarP(&opts.tag, "tag", "t", "", "the `tag`; goes before one in the name (default: latest)")
	cmd.Flags().BoolVarP(&opts.quiet, "quiet", "q", false, "show no progress")
	return cmd
}

// pushArgs wants one file. Whoever also writes the name without its flag, as for other
// clients, is told how it is written here.
func pushArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && !cmd.Flags().Changed("name") {
		file, name := args[0], args[1]
		if _, err := os.Stat(file); err != nil {
			file, name = name, file
		}
		return UsageError("For the name, write --name: sregistry push --name %s %s", name, file)
	}
	return Takes(1, 1, "one FILE")(cmd, args)
}

// pushTarget reads the name and the tag to push under.
func pushTarget(opts pushOptions) (ref.URI, error) {
	if opts.name == "" {
		return ref.URI{}, UsageError("Under which name? Write --name COLLECTION/CONTAINER.")
	}
	u, err := parseImage(opts.name)
	if err != nil {
		return u, err
	}
	if opts.tag != "" {
		u.Reference.Digest = ""
		u.Reference.Tag, err = ref.ParseTag(opts.tag)
	}
	if u.Reference.Tag == "" && err == nil {
		return u, UsageError("An image is pushed under a tag, not under a digest; write --name %s --tag TAG.", u.Path)
	}
	return u, err
}

func runPush(ctx context.Context, opts pushOptions, env Env, args []string) error {
	const op = "cli.push"
	target, err := pushTarget(opts)
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := opts.connect(env, target)
	if err != nil {
		return errs.Wrap(op, err)
	}
	file, err := client.OpenFile(args[0])
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer file.Close()
	report, err := env.Inspect(ctx, file, file.Size())
	if errs.Is(err, errs.Invalid) {
		return &exitError{errs.Wrap(op, err), exitContent}
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	meter := newMeter(env, opts.quiet, args[0])
	pushed, err := c.Push(ctx, client.PushRequest{File: file, Container: target.Path, Tag: target.Reference.Tag,
		Arch: report.Arch, Unsigned: len(report.Signatures) == 0, StateDir: env.uploadsDir(), Progress: meter.report})
	meter.end()
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !opts.quiet {
		sayPushed(env, pushed)
	}
	if opts.json {
		return printJSON(env, pushed.Image)
	}
	fmt.Fprintln(env.Stdout, line(pushed.Image.Content))
	if pushed.Image.Page != "" { // which the registry has to say
		fmt.Fprintln(env.Stdout, line(pushed.Image.Page))
	}
	return nil
}

func sayPushed(env Env, pushed client.Pushed) {
	name := pushed.Image.Name
	switch {
	case pushed.Unchanged:
		say(env, "%s is this image already; nothing was sent.", name)
	case pushed.Present:
		say(env, "Pushed %s; the registry had its content already, so nothing was sent.", name)
	case pushed.Resumed > 0:
		say(env, "Pushed %s; %s of it were there from the push before.", name, size(pushed.Resumed))
	default:
		say(env, "Pushed %s.", name)
	}
}
