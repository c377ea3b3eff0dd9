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

// OpenBlob opens a blob that a container holds, and gives the row id of the container, for
// CountPull. The caller closes it. Errors: NotFound, also for a blob that only other
// containers hold; Unauthenticated.
func (s *Service) OpenBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (f *os.File, container int64, err error) {
	const op = "registry.OpenBlob"
	if container, _, err = s.statBlob(ctx, actor, path, d); err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	f, _, err = s.blobs.OpenBlob(d)
	return f, container, errs.Wrap(op, err)
}

// StatBlob gives the size of a blob that a container holds, in bytes. Errors: as of
// OpenBlob.
func (s *Service) StatBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (int64, error) {
	_, size, err := s.statBlob(ctx, actor, path, d)
	return size, errs.Wrap("registry.StatBlob", err)
}

func (s *Service) statBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (container, size int64, err error) {
	err = s.look(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) error {
		container = p.Container
		size, err = tx.BlobSize(ctx, p.Container, d)
		return err
	})
	return container, size, err
}

// Manifest is a manifest as OCI clients get it.
type Manifest = store.Manifest

// Manifest gives the manifest that a tag names, or one by its own digest, never by that of
// a file. A tag that names image files for several architectures gives the index made of
// them. Errors: NotFound, Unauthenticated.
//
// This is what is asked most often, so it is one statement, which needs no transaction.
func (s *Service) Manifest(ctx context.Context, actor model.Actor, path ref.Path, r ref.Reference) (Manifest, error) {
	const op = "registry.Manifest"
	load := func() (p store.Place, m Manifest, err error) {
		err = s.db.Peek(ctx, func(tx *store.Tx) error {
			// To watch for the caller's leaving takes two goroutines, and longer than this.
			p, m, err = tx.FindManifest(context.WithoutCancel(ctx), path, r, actor.UserID)
			return err
		})
		if err == nil {
			err = s.allow(actor, access.Read, p)
		}
		if err == nil && m.Body == nil {
			err = missing(op, p.ContainerOf.String()+":"+r.String())
		}
		return p, m, err
	}
	m, err := s.manifests.recall(s, actor, lookup{user: actor.UserID, path: path, reference: r}, load)
	if err != nil {
		return Manifest{}, errs.Wrap(op, err)
	}
	return m, nil
}
