package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxRoles bounds the roles that are given in one collection, which are always shown
// together. Teams are for more people.
const maxRoles = 1000

// Roles gives the roles that were given in a collection, all at once. Its owners may ask.
// Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) Roles(ctx context.Context, actor model.Actor, path ref.Path) (list []model.RoleAssignment, err error) {
	const op = "registry.Roles"
	err = s.readCollection(ctx, actor, access.Manage, path, func(tx *store.Tx, c model.Collection) (err error) {
		list, err = tx.Roles(ctx, c.ID)
		return err
	})
	return list, errs.Wrap(op, err)
}

// SetRole gives a user or a team a role in a collection, or with NoRole takes it away.
// The collection's owners may. Errors: NotFound for the collection, user or team; Conflict
// if no owner would be left, or there would be more than a thousand roles; Forbidden,
// Unauthenticated, Invalid.
func (s *Service) SetRole(ctx context.Context, actor model.Actor, path ref.Path, g model.RoleAssignment) error {
	const op = "registry.SetRole"
	if (g.User == "") == (g.Team == "") {
		return errs.E(op, errs.Invalid, "Name one user or one team.")
	}
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		c, err := s.managedCollection(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		before, err := tx.Owners(ctx, c.ID)
		if err != nil {
			return err
		}
		if err := tx.SetRole(ctx, c.ID, g); err != nil {
			return err
		}
		after, err := tx.Owners(ctx, c.ID)
		if err != nil {
			return err
		}
		given, err := tx.CountRoles(ctx, c.ID)
		if err != nil {
			return err
		}
		if given > maxRoles && g.Role != model.NoRole {
			return errs.E(op, errs.Conflict, "%d roles are given in %s already; give one to a team, and add people to that.", given-1, c.Name)
		}
		if before > 0 && after == 0 {
			return errs.E(op, errs.Conflict, "%s would have no owner left; make somebody else an owner first.", c.Name)
		}
		action := model.RoleSet
		if g.Role == model.NoRole {
			action = model.RoleRemoved
		}
		return tx.Record(ctx, actor.Did(action, c.Name.Full(), "user", g.User, "team", g.Team, "role", g.Role.String()).In(c.ID))
	})
	return errs.Wrap(op, err)
}
