package registry

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// MayPush tells whether an actor may push to a collection, or make it by pushing, for
// clients that ask before they know what they push. A collection that he may not see, one
// that he may not make, and one in a namespace that nobody has are told alike. Errors:
// Forbidden, Unauthenticated, Invalid.
func (s *Service) MayPush(ctx context.Context, actor model.Actor, name ref.Collection) error {
	const op = "registry.MayPush"
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := tx.Place(ctx, ref.Container{Collection: name}, actor.UserID)
		if err != nil {
			return err
		}
		return s.allowPush(ctx, tx, actor, p)
	})
	if errs.Is(err, errs.NotFound) { // of the namespace
		err = notYours(op, name)
	}
	return errs.Wrap(op, err)
}

// KeepFile makes an image of a file that was uploaded to a container, with the manifest
// that it would have by every door. It has no tag yet. Errors: BlobUnknown if the
// container does not hold the file, Invalid if it is no image, and those of PreparePush.
func (s *Service) KeepFile(ctx context.Context, actor model.Actor, path ref.Path, content digest.Digest) (model.Image, error) {
	const op = "registry.KeepFile"
	size, err := s.uploaded(ctx, actor, path, content)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	m, text, err := fileManifest(content, size)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	d, err := s.describe(ctx, m, text)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	config, err := s.storeBytes(ctx, manifest.EmptyConfig)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	if err := s.prove(ctx, actor, path, &d); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	var i model.Image
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		p, err := s.ensurePlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := tx.HoldBlob(ctx, p.Container, config, int64(len(manifest.EmptyConfig))); err != nil {
			return err
		}
		i, err = s.keep(ctx, tx, actor, p, d, "")
		return err
	})
	return i, errs.Wrap(op, err)
}

// uploaded gives the size of a blob that a container holds, to somebody who may push
// there.
func (s *Service) uploaded(ctx context.Context, actor model.Actor, path ref.Path, content digest.Digest) (size int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.pushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		size, err = tx.BlobSize(ctx, p.Container, content)
		if errs.Is(err, errs.NotFound) {
			return errs.E("registry.uploaded", errs.BlobUnknown, "No file with the digest %s has come to %s; push it again.", content, p.ContainerOf)
		}
		return err
	})
	return size, err
}

// fileManifest gives the one manifest of an image file.
func fileManifest(content digest.Digest, size int64) (manifest.Manifest, []byte, error) {
	text := manifest.ForFile(content, size)
	m, err := manifest.Parse(manifest.OCIManifest, text)
	return m, text, err
}

// Usage gives how many bytes the images of a collection take up, each blob counted once.
// Whoever may see it may ask. Errors: NotFound, Unauthenticated.
func (s *Service) Usage(ctx context.Context, actor model.Actor, path ref.Path) (size int64, err error) {
	const op = "registry.Usage"
	c, err := s.Collection(ctx, actor, path)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		size, err = tx.CollectionSize(ctx, c.ID)
		return err
	})
	return size, errs.Wrap(op, err)
}
