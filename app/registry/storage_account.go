package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Account is what the page of an account shows its owner.
type Account struct {
	User  model.User
	Usage model.Usage // of their namespace
}

// Account gives the page of the actor's own account. Errors: NotFound, Forbidden,
// Unauthenticated.
func (s *Service) Account(ctx context.Context, actor model.Actor) (page Account, err error) {
	const op = "registry.Account"
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return page, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if page.User, err = tx.UserByName(ctx, actor.Name); err != nil {
			return err
		}
		page.Usage, err = s.namespaceUsage(ctx, tx, actor, actor.Name)
		return err
	})
	return page, errs.Wrap(op, err)
}
