package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// AuthorizeCollectionPush reports whether an actor may push to a collection, or make it by pushing, for
// clients that ask before they know what they push. A collection that he may not see, one
// that he may not make, and one in a namespace that nobody has are told alike. Errors:
// Forbidden, Unauthenticated, Invalid.
func (s *Service) AuthorizeCollectionPush(ctx context.Context, actor model.Actor, name ref.Collection) error {
	const op = "registry.AuthorizeCollectionPush"
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := tx.Place(ctx, ref.Container{Collection: name}, actor.UserID)
		if err != nil {
			return err
		}
		return s.allowPush(ctx, tx, actor, p)
	})
	if errs.Is(err, errs.NotFound) { // of the namespace
		err = errPushForbidden(op, name)
	}
	return errs.Wrap(op, err)
}

// authorizedPushPlace finds a container for somebody who may push to it, though it may not exist
// yet.
func (s *Service) authorizedPushPlace(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (store.Place, error) {
	p, err := s.container(ctx, tx, actor, path)
	if err != nil {
		return p, err
	}
	return p, s.allowPush(ctx, tx, actor, p)
}

// allowPush asks whether an actor may push to a place, and make it if it is new. To a
// stranger, a collection that he may not see and one that he may not create are the same.
func (s *Service) allowPush(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place) error {
	const op = "registry.allowPush"
	var err error
	switch decision := access.Can(actor, access.Push, s.target(p)); {
	case actor.IsAnonymous(): // the same answer, whatever is there
		err = hidden(op, actor, access.Push, p.ContainerOf.String())
	case p.Collection == 0:
		err := s.allowCreate(ctx, tx, actor, p.ContainerOf.Collection)
		if errs.Is(err, errs.Invalid) { // docker would try again and again
			return errs.Because(op, errs.Forbidden, err, "%s", errs.Message(err))
		}
		return err
	case decision == access.Hidden:
		err = errPushForbidden(op, p.ContainerOf.Collection)
	default:
		err = verdict(op, actor, access.Push, decision, p.ContainerOf.String())
	}
	return withDenial(op, err, access.Push, p.Collection, p.ContainerOf.Full())
}

// errPushForbidden refuses a push to a collection that the actor may not see, or may not make.
func errPushForbidden(op string, c ref.Collection) error {
	return errs.E(op, errs.Forbidden, "You may not push to %s: it is not yours, and you may not create it.", c)
}

// ensurePlace is authorizedPushPlace for the moment when there is something to keep: collection and
// container are made if they are new, private and the actor's, who has to be in standing.
func (s *Service) ensurePlace(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (store.Place, error) {
	if err := recheckActor(ctx, tx, actor); err != nil {
		return store.Place{}, err
	}
	p, err := s.authorizedPushPlace(ctx, tx, actor, path)
	if err != nil {
		return p, err
	}
	if p.Collection == 0 {
		if p.Collection, err = s.createCollection(ctx, tx, actor, p.ContainerOf.Collection, NewCollection{}); err != nil {
			return p, err
		}
		p.Role = model.Owner
	}
	if p.Container == 0 {
		if p.Container, err = tx.EnsureContainer(ctx, p.Collection, p.ContainerOf.Container); err != nil {
			return p, err
		}
		return p, tx.Record(ctx, actor.Did(model.ContainerCreated, p.ContainerOf.Full()).In(p.Collection))
	}
	return p, nil
}
