package registry

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// PutBlob takes a blob in one go: an upload that cannot be resumed, but costs less.
// Nothing is kept of one that fails. Errors: DigestInvalid, Canceled if it breaks off,
// OverQuota, at once if the body has a method Size; NoSpace, and those of BeginUpload.
func (s *Service) PutBlob(ctx context.Context, actor model.Actor, path ref.Path, want digest.Digest, body io.Reader) error {
	const op = "registry.PutBlob"
	if err := s.db.View(ctx, func(tx *store.Tx) error {
		_, err := s.authorizedPushPlace(ctx, tx, actor, path)
		return err
	}); err != nil {
		return errs.Wrap(op, err)
	}
	u, err := s.blobs.Create(rand.Text())
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer u.Abort() // does nothing after the commit
	reserved, err := s.reserve(ctx, actor, path, contentLength(body), want)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer reserved.release(ctx)
	size, err := u.Append(ctx, reserved.limit(ctx, body), blob.Unlimited)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := u.Commit(want); err != nil {
		return errs.Wrap(op, err)
	}
	defer s.blobs.Release(want)
	return errs.Wrap(op, s.keepPush(ctx, actor, path, arrival{reserved.upload(), want}, func(tx *store.Tx, p store.Place) error {
		return tx.HoldBlob(ctx, p.Container, want, size, actor.UserID)
	}))
}

// MountBlob lets a container hold a blob that another one holds, so that it need not be
// sent again. The actor has to be allowed to read it there: a digest alone gives no right.
// Errors: NotFound, Unauthenticated if he is not, or it is not there; those of BeginUpload.
func (s *Service) MountBlob(ctx context.Context, actor model.Actor, path, from ref.Path, d digest.Digest) error {
	const op = "registry.MountBlob"
	return errs.Wrap(op, s.keepPush(ctx, actor, path, arrival{wanted: d}, func(tx *store.Tx, p store.Place) error {
		source, err := s.authorizedContainer(ctx, tx, actor, access.Read, from)
		if err != nil {
			return err
		}
		size, err := tx.BlobSize(ctx, source.Container, d)
		if err != nil {
			return err
		}
		return tx.HoldBlob(ctx, p.Container, d, size, actor.UserID)
	}))
}

// MountVisible is MountBlob from whichever container that the actor may read holds the
// blob. Errors: NotFound if none does; those of BeginUpload.
func (s *Service) MountVisible(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) error {
	const op = "registry.MountVisible"
	return errs.Wrap(op, s.keepPush(ctx, actor, path, arrival{wanted: d}, func(tx *store.Tx, p store.Place) error {
		size, err := tx.VisibleBlob(ctx, actor, s.Settings().SignIn, d)
		if err != nil {
			return err
		}
		return tx.HoldBlob(ctx, p.Container, d, size, actor.UserID)
	}))
}

// DeleteBlob makes a container hold a blob no more, which no image in it may use; images
// that were deleted, and had it, cannot come back. Owners may. Errors: NotFound, Conflict
// while an image uses it; Frozen, Forbidden, Unauthenticated.
func (s *Service) DeleteBlob(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) error {
	const op = "registry.DeleteBlob"
	return errs.Wrap(op, s.updateContainer(ctx, actor, access.Delete, path, func(tx *store.Tx, p store.Place) error {
		if err := tx.DropBlob(ctx, p.Container, d); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.BlobDeleted, p.ContainerOf.Full(), "digest", d.String()).In(p.Collection))
	}))
}
