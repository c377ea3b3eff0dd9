package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// SetStar gives a container the actor's star, by which he finds it again, or takes it
// away. Every user who sees the container may. Errors: NotFound, Unauthenticated,
// Forbidden for a credential that only reads.
func (s *Service) SetStar(ctx context.Context, actor model.Actor, path ref.Path, given bool) error {
	const op = "registry.SetStar"
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		p, err := s.container(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		decision := access.CanStar(actor, s.target(p))
		if decision == access.NeedLogin {
			return errs.E(op, errs.Unauthenticated, "Sign in to star %s.", p.ContainerOf)
		}
		if err := verdict(op, actor, access.Describe, decision, p.ContainerOf.String()); err != nil {
			return err
		}
		if p.Container == 0 {
			return missing(op, p.ContainerOf.String())
		}
		return tx.SetStar(ctx, actor.UserID, p.Container, given)
	})
	return errs.Wrap(op, err)
}
