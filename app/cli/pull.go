package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// toStdout is the name of a file that is none.
const toStdout = "-"

type pullOptions struct {
	remoteOptions
	name, arch   string
	force, quiet bool
	noCache      bool
	cache        string
}

func newPullCommand(env Env) *cobra.Command {
	var opts pullOptions
	cmd := &cobra.Command{
		Use:   "pull IMAGE...",
		Short: "Fetch images into files",
		Long: `Fetch images into files of the working directory.

The file is called CONTAINER_TAG.sif unless --name says otherwise; --name - writes the image
to standard output. It is downloaded to FILE.part and verified. An interrupted pull resumes
when you run the same command again. An existing file is kept if it has the same content;
--force overwrites one with different content.

On a cluster, --shared-cache names a folder that all nodes share (NFS, Lustre). When many
nodes pull the same image, one of them downloads it into the folder and the others wait. If
that one dies, another one resumes. FILE becomes a hard link to the cached image if the image
is yours or root's and nobody else can write to it, and a copy otherwise; both are verified.
A linked file is read-only: copy it before you sign it.

You need not trust the other users of the folder to get the right image. They can delay a
pull, or make it download without the cache. Whoever can read the folder can read the
images in it. Only you remove images from the folder.`,
		Example: `  sregistry pull lab/hello:latest
  sregistry pull lab/hello@sha256:<hex>
  sregistry pull --name hello.sif registry.example/lab/hello:1.0
  sregistry pull --name - lab/hello | sha256sum
  srun sregistry pull --quiet --shared-cache /scratch/images --name $TMPDIR/x.sif lab/hello`,
		Args: Takes(1, -1, "at least one IMAGE"),
		RunE: func(cmd *cobra.Command, args []string) error { return runPull(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.name, "name", "", "the `file` to write; \"-\" is standard output")
	cmd.Flags().BoolVarP(&opts.force, "force", "f", false, "overwrite a file that is another one")
	cmd.Flags().StringVar(&opts.arch, "arch", "", "the `architecture`, such as amd64 (default: the registry's choice)")
	cmd.Flags().StringVar(&opts.cache, "shared-cache", "", "a `folder` that many machines share, so that one of them downloads for all")
	cmd.Flags().BoolVarP(&opts.quiet, "quiet", "q", false, "show no progress")
	cmd.Flags().BoolVar(&opts.noCache, "no-cache", false, "has no effect: images are never cached here, but written where you are")
	return cmd
}

// pulled is what one pull is reported as.
type pulled struct {
	File  string    `json:"file"`
	Image api.Image `json:"image"`
}

func runPull(ctx context.Context, opts pullOptions, env Env, args []string) error {
	const op = "cli.pull"
	// "pull IMAGE -" is what other tools have for --name -.
	if len(args) == 2 && args[1] == toStdout && opts.name == "" {
		opts.name, args = toStdout, args[:1]
	}
	if opts.name != "" && len(args) > 1 {
		return UsageError("--name is for one image; %d were given.", len(args))
	}
	if opts.name == toStdout && opts.json {
		return UsageError("--json and --name - both want standard output; choose one.")
	}
	if opts.name == toStdout && opts.cache != "" {
		return UsageError("--shared-cache makes files; choose another --name than -.")
	}
	names := make([]ref.URI, len(args))
	for i, arg := range args {
		var err error
		if names[i], err = parseImage(arg); err != nil {
			return errs.Wrap(op, err)
		}
	}
	results, err := pullAll(ctx, opts, env, names)
	if opts.json && len(results) > 0 {
		if broken := printJSON(env, results); err == nil {
			err = broken
		}
	}
	return errs.Wrap(op, err)
}

// pullAll pulls one image after the other. With several, a failure does not keep the others
// from being pulled.
func pullAll(ctx context.Context, opts pullOptions, env Env, names []ref.URI) ([]pulled, error) {
	var results []pulled
	var failed error
	failures := 0
	for _, name := range names {
		result, err := pullOne(ctx, opts, env, name)
		switch {
		case err == nil:
			results = append(results, result)
		case len(names) == 1 || errs.Is(err, errs.Canceled):
			return results, err
		default:
			say(env, "%s: %s", name, Explain(err))
			failed = err
			failures++
		}
	}
	switch {
	case failures == 0:
		return results, nil
	case failures == len(names):
		return results, &exitError{errs.Because("cli.pull", errs.KindOf(failed), failed, "None of the %d images was pulled.", len(names)), ExitCode(failed)}
	}
	return results, &exitError{errs.E("cli.pull", errs.NotFound, "%d of %d images were not pulled.", failures, len(names)), exitPartial}
}

func pullOne(ctx context.Context, opts pullOptions, env Env, name ref.URI) (pulled, error) {
	c, err := opts.connect(env, name)
	if err != nil {
		return pulled{}, err
	}
	meter := newMeter(env, opts.quiet, name.Path.String()+name.Reference.Suffix())
	defer meter.end()
	r := client.PullRequest{Container: name.Path, Reference: name.Reference, Arch: opts.arch, Target: opts.name,
		Force: opts.force, Cache: opts.cache, Progress: meter.report}
	if opts.name == toStdout {
		image, err := c.PullTo(ctx, r, env.Stdout)
		return pulled{toStdout, image}, near(ctx, c, name, err)
	}
	got, err := c.Pull(ctx, r)
	if err != nil {
		return pulled{}, near(ctx, c, name, err)
	}
	meter.end()
	if got.Unchanged && !opts.quiet {
		say(env, "%s is up to date.", got.File)
	}
	if got.Bypassed != "" {
		say(env, "Warning: %s is in the way and belongs to another user, so the image was downloaded without the shared cache.", got.Bypassed)
	}
	if got.Shared && !opts.quiet {
		say(env, "%s came out of the shared cache.", got.File)
	}
	path, err := filepath.Abs(got.File)
	if err != nil {
		path = got.File
	}
	if !opts.json {
		fmt.Fprintln(env.Stdout, got.File)
	}
	return pulled{path, got.Image}, nil
}
