package registry

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Tags lists those of a container by name, with what they name. Whoever may see the
// container may ask. Errors: NotFound, Unauthenticated.
func (s *Service) Tags(ctx context.Context, actor model.Actor, path ref.Path, p model.Page) (list []model.Tag, next string, err error) {
	const op = "registry.Tags"
	err = s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, place store.Place) error {
		list, err = tx.Tags(ctx, place.Container, p)
		return err
	})
	list, next = model.Cut(p, list, func(t model.Tag) string { return t.Name })
	return list, next, errs.Wrap(op, err)
}

// TagNames lists only the names, after one, as OCI clients want them; limit -1 is all.
// Errors: NotFound, Unauthenticated.
func (s *Service) TagNames(ctx context.Context, actor model.Actor, path ref.Path, after string, limit int) (list []string, err error) {
	const op = "registry.TagNames"
	err = s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) error {
		list, err = tx.TagNames(ctx, p.Container, after, limit)
		return err
	})
	return list, errs.Wrap(op, err)
}

// SetTag gives an image of a container another tag, and takes the tag from what had it.
// All architectures of a tag go along. It gives the number to undo that by, or 0 if the tag
// named nothing else before. Owners may. Errors: Frozen if that would change what is, OverQuota,
// NotFound, Forbidden, Unauthenticated.
func (s *Service) SetTag(ctx context.Context, actor model.Actor, path ref.Path, tag string, r ref.Reference) (deletion int64, err error) {
	const op = "registry.SetTag"
	deletion, err = s.moveTag(ctx, actor, path, tag, r)
	if errs.Is(err, errs.Frozen) {
		err = s.unmoved(ctx, actor, path, tag, r, err)
	}
	return deletion, errs.Wrap(op, err)
}

// unmoved gives nil if a frozen tag names already what it was to name, as far as clients that
// know files can tell, or else the refusal, which came after all other reasons to refuse.
func (s *Service) unmoved(ctx context.Context, actor model.Actor, path ref.Path, tag string, r ref.Reference, refusal error) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		wanted, err := s.candidates(ctx, tx, p, r)
		if err != nil {
			return refusal
		}
		present, err := tx.ImagesByTag(ctx, p.Container, tag)
		for _, i := range wanted {
			if !slices.ContainsFunc(present, func(o model.Image) bool { return o.Known() == i.Known() }) {
				return refusal
			}
		}
		return err
	})
}

func (s *Service) moveTag(ctx context.Context, actor model.Actor, path ref.Path, tag string, r ref.Reference) (deletion int64, err error) {
	const op = "registry.moveTag"
	err = s.addToContainer(ctx, actor, access.Push, path, func(tx *store.Tx, p store.Place) error {
		images, err := s.candidates(ctx, tx, p, r)
		if err != nil {
			return err
		}
		deletion, err = recordMove(ctx, tx, actor, p, model.MovedTag, tag, func() error {
			for _, i := range images {
				if err := s.pointTag(ctx, tx, actor, p, tag, i); err != nil {
					return err
				}
				if err := recordTag(ctx, tx, actor, p, tag, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return tx.TouchContainer(ctx, p)
	})
	return deletion, errs.Wrap(op, err)
}

// recordTag records that an image which is there already got a tag.
func recordTag(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, tag string, i model.Image) error {
	return tx.Record(ctx, actor.Did(model.TagSet, p.ContainerOf.Full()+":"+tag, "digest", i.Known().String(), "arch", i.Arch).In(p.Collection))
}

// setTag points a tag at an image, and notes what it named before.
func (s *Service) setTag(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, tag string, i model.Image) error {
	_, err := recordMove(ctx, tx, actor, p, model.MovedTag, tag, func() error { return s.pointTag(ctx, tx, actor, p, tag, i) })
	return err
}

// pointTag is the one way a tag comes to name an image. An image file, or an OCI-SIF, takes
// the tag for its architecture only; any other image takes it whole.
func (s *Service) pointTag(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, tag string, i model.Image) error {
	if err := s.allowTag(ctx, tx, actor, access.Push, p, tag); err != nil {
		return err
	}
	if err := s.enforceSigningPolicy(ctx, tx, p, i, true); err != nil {
		return err
	}
	row, err := tx.SetTag(ctx, p.Container, tag, i.TagArch(), i.ID)
	if err != nil {
		return err
	}
	return s.reindex(ctx, tx, p, row)
}

// reindex gives a tag that names several images the index by which OCI clients see them.
func (s *Service) reindex(ctx context.Context, tx *store.Tx, p store.Place, tag int64) error {
	images, err := tx.TagImages(ctx, tag)
	if err != nil || len(images) < 2 {
		return err
	}
	var members []manifest.Member
	var children []store.Child
	for _, i := range images {
		length, err := tx.LargestManifest(ctx, []int64{i.ID})
		if err != nil {
			return err
		}
		members = append(members, manifest.Member{MediaType: i.MediaType, Digest: i.Digest, Size: length, Arch: i.Arch})
		children = append(children, store.Child{Image: i.ID, Arch: i.Arch})
	}
	body := manifest.ForTag(members)
	index, err := tx.AddImage(ctx, store.NewImage{Container: p.Container, Digest: digest.FromBytes(body), MediaType: manifest.OCIIndex,
		Kind: model.Index, Manifest: body, Children: children, Runnable: true, Generated: true})
	if err != nil {
		return err
	}
	return tx.SetTagIndex(ctx, tag, index)
}

// allowTag asks whether an actor may move or delete a tag, which may be frozen by itself.
// A tag that does not exist is not.
func (s *Service) allowTag(ctx context.Context, tx *store.Tx, actor model.Actor, action access.Action, p store.Place, tag string) error {
	row, err := tx.Tag(ctx, p.Container, tag)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	const op = "registry.allowTag"
	t := s.target(p)
	t.Frozen = t.Frozen || row.Frozen
	return withDenial(op, verdict(op, actor, action, access.Can(actor, action, t), p.ContainerOf.String()+":"+tag),
		action, p.Collection, p.ContainerOf.Full()+":"+tag)
}

// FreezeTag freezes or thaws a tag. Owners may. Errors: NotFound, Forbidden,
// Unauthenticated.
func (s *Service) FreezeTag(ctx context.Context, actor model.Actor, path ref.Path, tag string, frozen bool) error {
	const op = "registry.FreezeTag"
	return errs.Wrap(op, s.updateContainer(ctx, actor, access.Freeze, path, func(tx *store.Tx, p store.Place) error {
		row, err := tx.Tag(ctx, p.Container, tag)
		if errs.Is(err, errs.NotFound) {
			return missing(op, p.ContainerOf.String()+":"+tag)
		}
		if err != nil {
			return err
		}
		if err := tx.FreezeTag(ctx, row.ID, frozen); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(freezeAction(frozen, model.TagFrozen, model.TagThawed), p.ContainerOf.Full()+":"+tag).In(p.Collection))
	}))
}

// DeleteTag takes a tag away, or only its image for one architecture if arch is given. An
// image that loses its last tag so stays by digest for the grace period. It gives the
// number to undo that by. Owners may. Errors: Frozen, NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteTag(ctx context.Context, actor model.Actor, path ref.Path, tag, arch string) (deletion int64, err error) {
	const op = "registry.DeleteTag"
	arch = ref.Arch(arch)
	err = s.updateContainer(ctx, actor, access.Delete, path, func(tx *store.Tx, p store.Place) (err error) {
		deletion, err = s.deleteTag(ctx, tx, actor, p, tag, arch)
		return err
	})
	return deletion, errs.Wrap(op, err)
}

func (s *Service) deleteTag(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, tag, arch string) (int64, error) {
	const op = "registry.deleteTag"
	return recordMove(ctx, tx, actor, p, model.DeletedTag, tag, func() error {
		if err := s.allowTag(ctx, tx, actor, access.Delete, p, tag); err != nil {
			return err
		}
		row, err := tx.Tag(ctx, p.Container, tag)
		if errs.Is(err, errs.NotFound) {
			return missing(op, p.ContainerOf.String()+":"+tag)
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteTag(ctx, row.ID, arch); err != nil {
			return err
		}
		if err := s.reindex(ctx, tx, p, row.ID); err != nil {
			return err
		}
		if err := tx.Record(ctx, actor.Did(model.TagDeleted, p.ContainerOf.Full()+":"+tag, "arch", arch).In(p.Collection)); err != nil {
			return err
		}
		return tx.TouchContainer(ctx, p)
	})
}
