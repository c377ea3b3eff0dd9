package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Containers lists those of a collection by name. Whoever may see the collection may ask.
// Errors: NotFound, Unauthenticated.
func (s *Service) Containers(ctx context.Context, actor model.Actor, path ref.Path, p model.Page) (list []model.Container, next string, err error) {
	const op = "registry.Containers"
	err = s.readCollection(ctx, actor, access.Read, path, func(tx *store.Tx, c model.Collection) (err error) {
		list, err = tx.Containers(ctx, c.ID, p)
		return err
	})
	list, next = model.Cut(p, list, func(k model.Container) string { return k.Name.Container })
	return list, next, errs.Wrap(op, err)
}

// Container gives one container to whoever may see it. Errors: NotFound, Unauthenticated.
func (s *Service) Container(ctx context.Context, actor model.Actor, path ref.Path) (model.Container, error) {
	const op = "registry.Container"
	var k model.Container
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		k, err = tx.Container(ctx, p.Container)
		return err
	})
	return k, errs.Wrap(op, err)
}

// FreezeContainer freezes or thaws a container with all its tags. The collection's owners
// may. Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) FreezeContainer(ctx context.Context, actor model.Actor, path ref.Path, frozen bool) error {
	const op = "registry.FreezeContainer"
	return errs.Wrap(op, s.updateContainer(ctx, actor, access.Freeze, path, func(tx *store.Tx, p store.Place) error {
		if err := tx.FreezeContainer(ctx, p.Container, frozen); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(freezeAction(frozen, model.ContainerFrozen, model.ContainerThawed), p.ContainerOf.Full()).In(p.Collection))
	}))
}

// freezeAction chooses the word for what was done.
func freezeAction(frozen bool, freeze, thaw string) string {
	if frozen {
		return freeze
	}
	return thaw
}

// DeleteContainer removes a container with all its images. It can be brought back for the
// grace period, by the number that it gives. The collection's owners may. Errors: Frozen if
// it or a tag in it is, NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteContainer(ctx context.Context, actor model.Actor, path ref.Path) (deletion int64, err error) {
	const op = "registry.DeleteContainer"
	err = s.updateContainer(ctx, actor, access.Delete, path, func(tx *store.Tx, p store.Place) error {
		frozen, err := tx.HasFrozenTag(ctx, p.Container)
		if err != nil {
			return err
		}
		if frozen {
			return errs.E(op, errs.Frozen, "A tag of %s is frozen; thaw it first.", p.ContainerOf)
		}
		if err := tx.DeleteContainer(ctx, p.Container); err != nil {
			return err
		}
		deletion, err = tx.AddDeletion(ctx, store.NewDeletion{Kind: model.DeletedContainer, Collection: p.Collection, Container: p.Container,
			Name: p.ContainerOf.Container, By: actor.UserID})
		if err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.ContainerDeleted, p.ContainerOf.Full()).In(p.Collection))
	})
	return deletion, errs.Wrap(op, err)
}

// readContainer runs fn on a snapshot with a container to which the actor may do something that
// changes nothing.
func (s *Service) readContainer(ctx context.Context, actor model.Actor, action access.Action, path ref.Path, fn func(*store.Tx, store.Place) error) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedContainer(ctx, tx, actor, action, path)
		if err != nil {
			return err
		}
		return fn(tx, p)
	})
}

// updateContainer runs fn in a transaction on a container to which the actor may do something.
func (s *Service) updateContainer(ctx context.Context, actor model.Actor, action access.Action, path ref.Path, fn func(*store.Tx, store.Place) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedContainer(ctx, tx, actor, action, path)
		if err != nil {
			return err
		}
		return fn(tx, p)
	})
}

// addToContainer is updateContainer for what adds to the storage that the container uses.
// Errors: OverQuota, and those of fn.
func (s *Service) addToContainer(ctx context.Context, actor model.Actor, action access.Action, path ref.Path, fn func(*store.Tx, store.Place) error) error {
	return s.withSpace(ctx, func() error {
		return s.updateContainer(ctx, actor, action, path, func(tx *store.Tx, p store.Place) error {
			return s.withinQuotas(ctx, tx, demand{actor: actor, place: p}, func() error { return fn(tx, p) })
		})
	})
}

// authorizedContainer finds a container to which the actor may do something.
func (s *Service) authorizedContainer(ctx context.Context, tx *store.Tx, actor model.Actor, action access.Action, path ref.Path) (store.Place, error) {
	p, err := s.container(ctx, tx, actor, path)
	if err != nil {
		return p, err
	}
	return p, s.allow(actor, action, p)
}
