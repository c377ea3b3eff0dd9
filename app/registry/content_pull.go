package registry

import (
	"context"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// OpenFile opens the file of an image that the actor was given by Image or ImageByID. The
// file is a plain one, so that the kernel can send it; the caller closes it. Errors:
// Unsupported for an image that is not one file.
func (s *Service) OpenFile(i model.Image) (*os.File, error) {
	const op = "registry.OpenFile"
	if !i.Kind.IsFile() {
		return nil, errs.E(op, errs.Unsupported, "%s is %s, not an image file. Its page shows the command that pulls it.", i.Title(), howto.What(i.Howto()))
	}
	f, err := s.Scrubber.open(i.Content, i.Size)
	return f, errs.Wrap(op, err)
}

// OpenBlob opens a blob that a container holds, and gives the row id of the container, for
// Pulls.Count. The caller closes it. Errors: NotFound, even for a blob that only other
// containers hold; Unauthenticated.
func (s *Service) OpenBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (f *os.File, container int64, err error) {
	const op = "registry.OpenBlob"
	var size int64
	err = s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		container = p.Container
		size, err = tx.BlobSize(ctx, p.Container, d)
		return err
	})
	if err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	f, err = s.Scrubber.open(d, size)
	return f, container, errs.Wrap(op, err)
}

// open opens a blob that a row promises, with its size. One that is not there, or has
// another size, is damage, at which the scrub looks at once.
func (s *Scrubber) open(d digest.Digest, size int64) (*os.File, error) {
	const op = "registry.Scrubber.open"
	f, found, err := s.blobs.OpenBlob(d)
	if errs.Is(err, errs.NotFound) {
		// It may be in quarantine, because the row that names it was missing for a while.
		back, failed := s.blobs.UnquarantineUnknown(d)
		if failed != nil {
			s.log.Error("restoring a file from quarantine", "digest", d, "error", failed)
		}
		if back {
			f, found, err = s.blobs.OpenBlob(d)
		}
	}
	switch {
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Internal):
	case err != nil:
		return nil, errs.Wrap(op, err)
	case found == size:
		return f, nil
	default:
		f.Close()
		s.log.Error("a file does not have its size", "digest", d, "size", size, "found", found)
	}
	s.request(d)
	return nil, errCorrupt(op, "The content "+string(d))
}

// errCorrupt is the answer for content that is damaged.
func errCorrupt(op, name string) error {
	return errs.E(op, errs.NotFound, "%s was found damaged on the registry's disk, and is not given out any more. Push the same image again to mend it.", name)
}

// Manifest is a manifest as OCI clients get it.
type Manifest = store.Manifest

// manifestFactor is how many times its length a manifest takes in memory while it is read from
// the database.
const manifestFactor = 3

// Manifest gives the manifest that a tag names, or one by its own digest, never by that of
// a file. A tag that names image files for several architectures gives the index made of
// them. Errors: NotFound, Unauthenticated, and those of ReadManifest.
func (s *Service) Manifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference) (Manifest, error) {
	m, err := s.FindManifest(ctx, actor, path, r)
	if err == nil {
		err = s.ReadManifest(ctx, &m)
	}
	return m, err
}

// FindManifest is Manifest without the bytes of one that is large, for whoever needs only to
// know of it. This is what is asked most often, so it is one statement, which needs no
// transaction. Errors: NotFound, Unauthenticated.
func (s *Service) FindManifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference) (Manifest, error) {
	const op = "registry.FindManifest"
	load := func() (p store.Place, m Manifest, err error) {
		err = s.db.Peek(ctx, func(tx *store.Tx) error {
			// To watch for the caller's leaving takes two goroutines, and longer than this.
			p, m, err = tx.FindManifest(context.WithoutCancel(ctx), path, r, actor.UserID)
			return err
		})
		if err == nil {
			err = s.allow(actor, access.Read, p)
		}
		if err == nil && m.Image == 0 {
			err = s.withoutManifest(ctx, p, r)
		}
		return p, m, err
	}
	m, err := s.manifests.get(s, actor, lookupKey{user: actor.UserID, path: path, reference: r}, load)
	if err != nil {
		return Manifest{}, errs.Wrap(op, err)
	}
	return m, nil
}

// ReadManifest reads the bytes of a manifest that the actor was given by FindManifest, unless
// they are there. Errors: NotFound if it is gone meanwhile, Unavailable if there is no memory
// for it.
func (s *Service) ReadManifest(ctx context.Context, m *Manifest) error {
	const op = "registry.ReadManifest"
	if m.Body != nil {
		return nil
	}
	if err := budget.Take(ctx, manifestFactor*m.Length); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		m.Body, err = tx.Manifest(ctx, m.Image)
		if errs.Is(err, errs.NotFound) {
			return errs.E(op, errs.NotFound, "The manifest %s was just deleted.", m.Digest)
		}
		return err
	}))
}

// withoutManifest is the answer for a manifest that is not there, or whose blobs are
// damaged.
func (s *Service) withoutManifest(ctx context.Context, p store.Place, r ref.Reference) error {
	const op = "registry.withoutManifest"
	name, damaged := p.ContainerOf.String()+":"+r.String(), false
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if r.Digest != "" {
			i, err := tx.ImageByDigest(ctx, p.Container, r.Digest)
			damaged = i.Damaged
			return err
		}
		images, err := tx.ImagesByTag(ctx, p.Container, r.Tag)
		damaged = slices.ContainsFunc(images, func(i model.Image) bool { return i.Damaged })
		return err
	})
	switch {
	case err != nil && !errs.Is(err, errs.NotFound):
		return err
	case damaged:
		return errCorrupt(op, name)
	}
	return missing(op, name)
}
