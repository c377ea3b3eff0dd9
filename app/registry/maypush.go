package registry

import (
	"context"

	"sregistry/app/errs"
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
