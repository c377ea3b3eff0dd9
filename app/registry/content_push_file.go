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

// CreateFileImage makes an image of a file that was uploaded to a container, with the manifest
// that it would have by every door. It has no tag yet. The description may be empty; that
// of an image which is there already stays. Errors: BlobUnknown if the container does not
// hold the file, Invalid if it is not an image, TooLarge for the description, and those of
// AuthorizePush.
func (s *Service) CreateFileImage(ctx context.Context, actor model.Actor, path ref.Path, content digest.Digest, description string) (model.Image, error) {
	const op = "registry.CreateFileImage"
	if err := checkDescription(description); err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	size, err := s.uploadedSize(ctx, actor, path, content)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	m, text, err := fileManifest(content, size)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	d, err := s.inspectManifest(ctx, m, text)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	d.Description = description
	i, err := s.createFileImage(ctx, actor, path, d, "")
	return i, errs.Wrap(op, err)
}

// createFileImage makes an image of a durable file, under a tag if one is given. What the
// container does not hold yet is given with it.
func (s *Service) createFileImage(ctx context.Context, actor model.Actor, path ref.Path, d imageInfo, tag string, fresh ...store.Blob) (i model.Image, err error) {
	defer func() { // committed just now, and from here on rows hold them or nobody does
		for _, b := range fresh {
			s.blobs.Release(b.Digest)
		}
	}()
	config, err := s.storeBytes(ctx, manifest.EmptyConfig)
	if err != nil {
		return i, err
	}
	fresh = append(fresh, store.Blob{Digest: config, Size: int64(len(manifest.EmptyConfig))})
	if err := s.verifyIfRequired(ctx, actor, path, &d); err != nil {
		return i, err
	}
	err = s.keepPush(ctx, actor, path, arrival{d.reservation.upload(), d.Content}, func(tx *store.Tx, p store.Place) (err error) {
		for _, b := range fresh {
			if err := tx.HoldBlob(ctx, p.Container, b.Digest, b.Size, actor.UserID); err != nil {
				return err
			}
		}
		i, err = s.createImage(ctx, tx, actor, p, d, tag)
		return err
	})
	return i, err
}

// uploadedSize gives the size of a blob that a container holds, to somebody who may push
// there.
func (s *Service) uploadedSize(ctx context.Context, actor model.Actor, path ref.Path, content digest.Digest) (size int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		size, err = tx.BlobSize(ctx, p.Container, content)
		if errs.Is(err, errs.NotFound) {
			return errs.E("registry.uploadedSize", errs.BlobUnknown, "No file with the digest %s has come to %s; push it again.", content, p.ContainerOf)
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
