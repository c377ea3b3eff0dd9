package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/spf13/cobra"

	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

type copyOptions struct {
	remoteOptions
	arch           string
	allTags, quiet bool
}

func newCopyCommand(env Env) *cobra.Command {
	var opts copyOptions
	cmd := &cobra.Command{
		Use:   "copy SOURCE DESTINATION",
		Short: "Bring an image from one registry into another",
		Long: `Bring an image from one registry into another.

Either may be a Sregistry, any other registry that speaks OCI, or a library
(library://HOST/NAME) or a hub (shub://HOST/NAME) that does not. What refers to the image
(signatures, lists of contents, attestations) goes along, and digests stay what they are; so
does the tag, unless DESTINATION has another. What is there already is not sent again.

Into a library or a hub that speaks no OCI go image files (SIF) only, without what refers to
them, by way of this machine's disk; of a tag with images for several architectures a library
gets them all, and a hub the one that --arch chooses.

Credentials are those of sregistry login or, for hosts where there was none, those that
docker login has left in ~/.docker/config.json.`,
		Example: `  sregistry copy registry.example/lab/hello:1.0 hub.example/lab/hello
  sregistry copy docker.io/library/alpine:3.20 lab/alpine
  sregistry copy --all-tags ghcr.io/org/tool hub.example/lab/tool`,
		Args: Takes(2, 2, "a SOURCE and a DESTINATION"),
		RunE: func(cmd *cobra.Command, args []string) error { return runCopy(cmd.Context(), opts, env, args) },
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.arch, "arch", "", "the `architecture`, out of or into a library or hub (default: what it gives, or all)")
	cmd.Flags().BoolVar(&opts.allTags, "all-tags", false, "copy every tag of SOURCE; neither name may have one then")
	cmd.Flags().BoolVarP(&opts.quiet, "quiet", "q", false, "show no progress")
	return cmd
}

// copied is the result of one copy.
type copied struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	Sent   int64  `json:"sent"` // bytes
}

func runCopy(ctx context.Context, opts copyOptions, env Env, args []string) error {
	const op = "cli.copy"
	r, err := opts.request(ctx, env, args)
	if err != nil {
		return errs.Wrap(op, err)
	}
	tags := []string{r.Reference.Tag}
	if opts.allTags {
		if tags, err = client.CopyTags(ctx, r); err != nil {
			return errs.Wrap(op, err)
		}
	}
	list := []copied{}
	for _, tag := range tags {
		r.Reference.Tag = tag
		done, err := opts.copyOne(ctx, env, r)
		if err != nil {
			return errs.Wrap(op, err)
		}
		list = append(list, done)
	}
	if opts.json {
		return printJSON(env, list)
	}
	for _, c := range list {
		fmt.Fprintln(env.Stdout, line(c.Digest))
	}
	return nil
}

// copyOne copies the image of one reference, and says what becomes of it.
func (o copyOptions) copyOne(ctx context.Context, env Env, r client.CopyRequest) (copied, error) {
	c := copied{Name: r.To.Path.String()}
	if tag := r.Tag; tag != "" {
		c.Name += ":" + tag
	} else if r.Reference.Tag != "" {
		c.Name += ":" + r.Reference.Tag
	}
	there := 0
	r.Report = func(p client.Piece) {
		if p.How != client.Sent {
			there++
			return
		}
		c.Sent += p.Size
		if !o.quiet {
			say(env, "%s: %s %s", p.How, p.Digest, size(p.Size))
		}
	}
	d, err := client.Copy(ctx, r)
	if err != nil {
		return copied{}, err
	}
	c.Digest = d.String()
	if !o.quiet {
		say(env, "Copied %s: %s sent, %d pieces were there already.", c.Name, size(c.Sent), there)
	}
	return c, nil
}

// request reads the two names, and finds the credentials for both.
func (o copyOptions) request(ctx context.Context, env Env, args []string) (client.CopyRequest, error) {
	r := client.CopyRequest{UserAgent: env.userAgent(), Arch: o.arch, ArchOf: env.archOf}
	from, err := ref.ParseURI(args[0])
	if err != nil {
		return r, err
	}
	to, err := ref.ParseURI(args[1])
	if err != nil {
		return r, err
	}
	switch {
	case o.allTags && (!from.Reference.IsZero() || !to.Reference.IsZero()):
		return r, UsageError("--all-tags copies every tag; leave the tags out of both names.")
	case to.Reference.Digest != "" && to.Reference.Digest != from.Reference.Digest:
		return r, UsageError("A digest cannot be chosen; write a tag after the destination, or nothing.")
	case from.Reference.IsZero() && !o.allTags:
		from.Reference.Tag = ref.Latest
	}
	r.Reference, r.Tag = from.Reference, to.Reference.Tag
	if r.From, err = o.place(ctx, env, from); err != nil {
		return r, err
	}
	r.To, err = o.place(ctx, env, to)
	return r, err
}

// place finds the registry of a name, and the credentials for it.
func (o copyOptions) place(ctx context.Context, env Env, u ref.URI) (client.Place, error) {
	file, err := env.logins()
	if err != nil {
		return client.Place{}, err
	}
	base, err := o.base(env, file, u)
	if err != nil {
		return client.Place{}, err
	}
	p := client.Place{Base: base, Scheme: u.Scheme, Path: u.Path}
	if login := loginFor(env, file, base); login.Token != "" {
		p.Login = client.Login{Username: anyName(login.Username), Password: login.Token}
		return p, nil
	}
	address, err := url.Parse(base)
	if err != nil {
		return p, err
	}
	config, named := env.dockerConfig()
	p.Login, err = client.DockerLogin(ctx, config, named, address.Host)
	return p, err
}

// archOf reads the architecture of an image file.
func (e Env) archOf(ctx context.Context, file io.ReaderAt, size int64) (string, error) {
	report, err := e.Inspect(ctx, file, size)
	if err != nil {
		return "", errs.Wrap("cli.archOf", err)
	}
	return report.Arch, nil
}

// anyName is the name that goes with a token whose owner is not known.
func anyName(name string) string {
	if name == "" {
		return "token"
	}
	return name
}

// dockerConfig is the file in which docker login leaves credentials, and whether the user has
// named its folder.
func (e Env) dockerConfig() (path string, named bool) {
	if dir := e.getenv("DOCKER_CONFIG"); dir != "" {
		return filepath.Join(dir, "config.json"), true
	}
	return filepath.Join(e.Home, ".docker", "config.json"), false
}
