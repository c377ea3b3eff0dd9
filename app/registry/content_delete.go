package registry

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// DeleteImage removes an image, known by the digest of its manifest or file, with all its
// tags and what belongs to it. It can be pushed or restored for the grace period, by the
// number that it gives. Owners may. Errors: Frozen if one of these tags is, Conflict while an
// index names the image, NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteImage(ctx context.Context, actor model.Actor, path ref.Path, d digest.Digest) (undo int64, err error) {
	const op = "registry.DeleteImage"
	err = s.updateContainer(ctx, actor, access.Delete, path, func(tx *store.Tx, p store.Place) error {
		images, err := s.candidates(ctx, tx, p, ref.Reference{Digest: d})
		if err != nil {
			return err
		}
		undo, err = s.deleteImage(ctx, tx, actor, p, images[0])
		return err
	})
	return undo, errs.Wrap(op, err)
}

func (s *Service) deleteImage(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, i model.Image) (int64, error) {
	along, err := tx.Along(ctx, i.ID)
	if err != nil {
		return 0, err
	}
	if err := deletable(ctx, tx, p, i, along); err != nil {
		return 0, err
	}
	named, err := tx.MembersOf(ctx, i.ID, along)
	if err != nil {
		return 0, err
	}
	undo, err := tx.AddDeletion(ctx, store.NewDeletion{Kind: model.DeletedImage, Collection: p.Collection, Container: p.Container,
		Image: i.ID, Name: string(i.Known()), By: actor.UserID, Named: named})
	if err != nil {
		return 0, err
	}
	tags, err := tx.DeleteImage(ctx, i.ID)
	if err != nil {
		return 0, err
	}
	for _, tag := range tags {
		if err := s.reindex(ctx, tx, p, tag); err != nil {
			return 0, err
		}
	}
	gone := actor.Did(model.ImageDeleted, p.ContainerOf.Full()+"@"+string(i.Known()), "digest", i.Known().String())
	if err := tx.Record(ctx, gone.In(p.Collection)); err != nil {
		return 0, err
	}
	return undo, tx.TouchContainer(ctx, p)
}

// deletable reports whether nothing needs an image any more, and nothing is frozen that would
// go along with it.
func deletable(ctx context.Context, tx *store.Tx, p store.Place, i model.Image, along []int64) error {
	const op = "registry.deletable"
	frozen, err := tx.FrozenTagOf(ctx, append(along, i.ID)...)
	if err != nil {
		return err
	}
	if frozen != "" {
		return errs.E(op, errs.Frozen, "The tag %s:%s of this image is frozen. Unfreeze it first.", p.ContainerOf, frozen)
	}
	u, err := tx.UseOf(ctx, i.ID)
	switch {
	case errs.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case u.Frozen:
		return errs.E(op, errs.Conflict, "This image is part of the index %s, and the tag %s:%s is frozen. Unfreeze it and delete the index first.", u.Index, p.ContainerOf, u.Tag)
	case u.Tag != "":
		return errs.E(op, errs.Conflict, "This image is part of the index %s (%s:%s). Delete the index first.", u.Index, p.ContainerOf, u.Tag)
	}
	return errs.E(op, errs.Conflict, "This image is part of the index %s. Delete the index first.", u.Index)
}
