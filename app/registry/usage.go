package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

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
