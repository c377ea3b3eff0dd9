package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxSuggestions bounds what is suggested to somebody who fills in a form.
const maxSuggestions = 200

// SuggestedCollections gives the collections to which an actor may push by his own roles, the
// last changed first, to suggest them; not all if there are very many. Signed-in users may
// ask. Errors: Unauthenticated, Forbidden.
func (s *Service) SuggestedCollections(ctx context.Context, actor model.Actor) (list []ref.Collection, err error) {
	return suggestions(ctx, s, actor, "registry.SuggestedCollections", func(tx *store.Tx) ([]ref.Collection, error) {
		return tx.OwnedCollections(ctx, actor.UserID, maxSuggestions)
	})
}

// SuggestedNamespaces gives those in which an actor may make collections: the registry's own, where
// the settings let him, his, and those of the teams that he owns. Signed-in users may ask.
// Errors: Unauthenticated, Forbidden.
func (s *Service) SuggestedNamespaces(ctx context.Context, actor model.Actor) ([]string, error) {
	return suggestions(ctx, s, actor, "registry.SuggestedNamespaces", func(tx *store.Tx) ([]string, error) {
		var list []string
		if access.CanCreate(actor, access.Namespace{Common: s.Settings().UserCollections}) == access.Allow {
			list = append(list, ref.Library)
		}
		if actor.UserID == 0 { // the console has no namespace
			return list, nil
		}
		teams, err := tx.OwnedTeams(ctx, actor.UserID, maxSuggestions)
		return append(append(list, actor.Name), teams...), err
	})
}

// suggestions asks the store for something that only depends on who asks.
func suggestions[T any](ctx context.Context, s *Service, actor model.Actor, op string, ask func(*store.Tx) ([]T, error)) (list []T, err error) {
	if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = ask(tx)
		return err
	})
	return list, errs.Wrap(op, err)
}

// UserRoles lists the collections in which a user has a role, by name, and his greatest in
// each. For admins. Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) UserRoles(ctx context.Context, actor model.Actor, user string, p model.Page) (list []model.UserRole, next string, err error) {
	const op = "registry.UserRoles"
	if err := requireAdmin(op, actor); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		list, err = tx.UserRoles(ctx, u.ID, p)
		return err
	})
	list, next = model.Cut(p, list, func(r model.UserRole) string { return r.Collection })
	return list, next, errs.Wrap(op, err)
}
