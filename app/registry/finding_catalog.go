package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Catalog lists the containers with at least one tag that an actor may see, by their
// shortest names, after one and at most limit of them. Anybody may ask.
func (s *Service) Catalog(ctx context.Context, actor model.Actor, after string, limit int) (list []string, err error) {
	const op = "registry.Catalog"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Catalog(ctx, actor, s.Settings().SignIn, after, limit)
		return err
	})
	return list, errs.Wrap(op, err)
}
