package registry

import (
	"context"
	"os"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
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
		return nil, errs.E(op, errs.Unsupported, "%s is not a single image file; pull it with an OCI client, such as apptainer pull docker://….", i.Title())
	}
	f, _, err := s.blobs.OpenBlob(i.Content)
	return f, errs.Wrap(op, err)
}

// OpenBlob opens a blob that a container holds. The caller closes it. Errors: NotFound,
// also for a blob that only other containers hold; Unauthenticated.
func (s *Service) OpenBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (f *os.File, size int64, err error) {
	const op = "registry.OpenBlob"
	if _, err := s.StatBlob(ctx, actor, path, d); err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	f, size, err = s.blobs.OpenBlob(d)
	return f, size, errs.Wrap(op, err)
}

// StatBlob gives the size of a blob that a container holds, in bytes. Errors: as of
// OpenBlob.
func (s *Service) StatBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (size int64, err error) {
	const op = "registry.StatBlob"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := s.allow(actor, access.Read, p); err != nil {
			return err
		}
		size, err = tx.BlobSize(ctx, p.Container, d)
		return err
	})
	return size, errs.Wrap(op, err)
}

// Manifest is a manifest as OCI clients get it.
type Manifest struct {
	MediaType string
	Digest    digest.Digest
	Body      []byte
}

// Manifest gives the manifest that a tag names, or one by its digest. A tag that names
// image files for several architectures gives the index made of them. Errors: NotFound,
// Unauthenticated.
func (s *Service) Manifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference) (m Manifest, err error) {
	const op = "registry.Manifest"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := s.allow(actor, access.Read, p); err != nil {
			return err
		}
		i, err := s.manifestImage(ctx, tx, p, r)
		if errs.Is(err, errs.NotFound) {
			return hidden(op, actor, p.ContainerOf.String()+":"+r.String())
		}
		if err != nil {
			return err
		}
		body, err := tx.Manifest(ctx, i.ID)
		m = Manifest{i.MediaType, i.Digest, body}
		return err
	})
	return m, errs.Wrap(op, err)
}

// manifestImage finds the image whose manifest a reference names to an OCI client, which
// never means a file's digest by it. Errors: NotFound.
func (s *Service) manifestImage(ctx context.Context, tx *store.Tx, p store.Place, r ref.Reference) (model.Image, error) {
	if r.Digest != "" {
		return tx.ImageByDigest(ctx, p.Container, r.Digest)
	}
	images, err := tx.ImagesByTag(ctx, p.Container, r.Tag)
	switch {
	case err != nil:
		return model.Image{}, err
	case len(images) == 1:
		return images[0], nil
	}
	return tx.TagIndex(ctx, p.Container, r.Tag)
}
