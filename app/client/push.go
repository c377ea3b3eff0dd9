package client

import (
	"context"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
)

// PushRequest says what to push where.
type PushRequest struct {
	File      *File
	Container ref.Path
	Tag       string
	// Arch is the image's architecture, if it is known: a tag has one image for each.
	Arch string
	// Unsigned tells that the file holds no signature, so that a collection which asks for
	// some refuses it before it is sent.
	Unsigned bool
	// StateDir is where uploads are remembered for a later run; empty is nowhere.
	StateDir string
	Progress Progress
}

// Pushed is the outcome of a push.
type Pushed struct {
	Image api.Image
	// Unchanged tells that the tag named this image already, and nothing was done.
	Unchanged bool
	// Present tells that the server had the content already, so that none was sent.
	Present bool
	// Resumed is how many bytes an earlier, broken push had brought.
	Resumed int64
}

// Push brings an image file into a container under a tag. What the server has it is not
// sent again; a broken connection is taken up again, and a push that was killed goes on
// where it stopped when it is run again. Errors: Unauthenticated, Forbidden, NotFound,
// Frozen, NoSpace and TooLarge from the server, Conflict and DigestInvalid for a file that
// changed meanwhile, Unavailable if the connection cannot be kept, Canceled.
func (c *Client) Push(ctx context.Context, r PushRequest) (Pushed, error) {
	const op = "client.Push"
	session := c.openSession(r.StateDir, r.Container, r.File)
	if session.Digest == "" {
		var err error
		if session.Digest, err = r.File.hash(ctx, r.Progress); err != nil {
			return Pushed{}, errs.Wrap(op, err)
		}
	}
	if err := r.File.unchanged(); err != nil {
		session.forget()
		return Pushed{}, errs.Wrap(op, err)
	}
	tag := ref.Reference{Tag: r.Tag}
	now, err := c.Image(ctx, r.Container, tag, r.Arch)
	switch {
	case err == nil && now.Content == session.Digest.String() && !now.Damaged:
		session.forget()
		return Pushed{Image: now, Unchanged: true, Present: true}, nil
	case err == nil && now.Frozen:
		return Pushed{}, errs.E(op, errs.Frozen, "%s:%s is frozen and names another image. Thaw it first, or push under another tag.", r.Container, r.Tag)
	case err != nil && !errs.Is(err, errs.NotFound):
		return Pushed{}, errs.Wrap(op, err)
	}
	if r.Unsigned {
		if err := c.takesUnsigned(ctx, r.Container); err != nil {
			return Pushed{}, errs.Wrap(op, err)
		}
	}
	u := &upload{c: c, name: r.Container, file: r.File, session: session, progress: r.Progress}
	if err := u.run(ctx); err != nil {
		return Pushed{}, errs.Wrap(op, err)
	}
	if err := c.publish(ctx, r, session); err != nil {
		return Pushed{}, errs.Wrap(op, err)
	}
	session.forget()
	image, err := c.Image(ctx, r.Container, tag, r.Arch)
	if err != nil { // it is pushed all the same
		image = imageOf(r, session)
	}
	return Pushed{Image: image, Present: !u.begun, Resumed: u.resumed}, nil
}

// takesUnsigned refuses a push that the registry would refuse after all was sent. What it
// does not learn, it leaves to the registry.
func (c *Client) takesUnsigned(ctx context.Context, container ref.Path) error {
	at := strings.LastIndexByte(container.String(), '/')
	if at < 0 {
		return nil
	}
	name, err := ref.ParsePath(container.String()[:at])
	if err != nil {
		return nil
	}
	in, err := c.Collection(ctx, name)
	if err != nil || len(in.TrustedKeys) == 0 {
		return nil
	}
	return errs.E("client.takesUnsigned", errs.Forbidden, "%s takes only images that are signed by %s. This one is not signed; sign it: apptainer sign FILE.",
		in.Name, strings.Join(in.TrustedKeys, " or "))
}

// imageOf is what is known of an image that was pushed without asking the server.
func imageOf(r PushRequest, s *session) api.Image {
	return api.Image{
		Container: r.Container.String(), Tag: r.Tag, Name: r.Container.String() + ":" + r.Tag, Arch: r.Arch,
		Digest:  digest.FromBytes(manifest.ForFile(s.Digest, s.Size)).String(),
		Content: s.Digest.String(), Size: s.Size,
	}
}

// publish makes an image of content that has arrived. Its requests are small and change
// nothing when they are repeated.
func (c *Client) publish(ctx context.Context, r PushRequest, s *session) error {
	return c.persist(ctx, func() (int64, error) {
		if err := c.putSmall(ctx, r.Container, manifest.EmptyConfig); err != nil {
			return 0, err
		}
		return 0, c.putManifest(ctx, r.Container, r.Tag, manifest.ForFile(s.Digest, s.Size))
	})
}
