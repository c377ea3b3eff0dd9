package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// ListedTags lists the tags of all containers that an actor may see, or of those in one
// collection if path is not zero, by name, at most limit. Anybody may ask. Errors: of one
// collection NotFound, Unauthenticated.
func (s *Service) ListedTags(ctx context.Context, actor model.Actor, path ref.Path, limit int) (list []model.ListedTag, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var c model.Collection
		if path != (ref.Path{}) {
			if c, err = s.collection(ctx, tx, actor, path); err != nil {
				return err
			}
			if err := s.allowCollection(actor, access.Read, c); err != nil {
				return err
			}
		}
		list, err = tx.ListedTags(ctx, actor, s.Settings().SignIn, c.ID, limit)
		return err
	})
	return list, errs.Wrap("registry.ListedTags", err)
}

// Arches lists the architectures of images that an actor may see. Anybody may ask.
func (s *Service) Arches(ctx context.Context, actor model.Actor) (list []string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Arches(ctx, actor, s.Settings().SignIn)
		return err
	})
	return list, errs.Wrap("registry.Arches", err)
}

// LabelKeys lists the keys of labels that stand in images which an actor may see, with the
// number of those images. Anybody may ask.
func (s *Service) LabelKeys(ctx context.Context, actor model.Actor, p model.Page) (list []model.LabelCount, next string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.LabelKeys(ctx, actor, s.Settings().SignIn, p)
		return err
	})
	list, next = model.Cut(p, list, func(l model.LabelCount) string { return l.Key })
	return list, next, errs.Wrap("registry.LabelKeys", err)
}

// LabelValues lists the values of a key in images which an actor may see, with the number
// of those images. Anybody may ask; of a key that he may not know there are none.
func (s *Service) LabelValues(ctx context.Context, actor model.Actor, key string, p model.Page) (list []model.LabelCount, next string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.LabelValues(ctx, actor, s.Settings().SignIn, key, p)
		return err
	})
	list, next = model.Cut(p, list, func(l model.LabelCount) string { return l.Value })
	return list, next, errs.Wrap("registry.LabelValues", err)
}
