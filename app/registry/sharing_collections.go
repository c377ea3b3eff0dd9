package registry

import (
	"context"
	"strconv"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxDescription bounds a collection's description, in bytes.
const maxDescription = 4096

// Collections gives the collections that an actor may see, by full name. Default
// collections are listed once there is something in them. Anybody may ask.
func (s *Service) Collections(ctx context.Context, actor model.Actor, p model.Page) (list []model.Collection, next string, err error) {
	const op = "registry.Collections"
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		list, err = tx.Collections(ctx, actor, s.Settings().SignIn, p)
		return err
	})
	list, next = model.Cut(p, list, func(c model.Collection) string { return c.Name.Full() })
	return list, next, errs.Wrap(op, err)
}

// Collection gives one collection to whoever may see it. Errors: NotFound,
// Unauthenticated.
func (s *Service) Collection(ctx context.Context, actor model.Actor, path ref.Path) (model.Collection, error) {
	const op = "registry.Collection"
	var c model.Collection
	err := s.readCollection(ctx, actor, access.Read, path, func(_ *store.Tx, found model.Collection) error {
		c = found
		return nil
	})
	return c, errs.Wrap(op, err)
}

// NewCollection is what CreateCollection needs to know.
type NewCollection struct {
	Public      bool
	Description string
}

// CreateCollection makes a collection, with the actor as owner. In the registry's own
// namespace every user may, unless the settings say otherwise; in a user's only he, in a
// team's its owners. Errors: Conflict if the name is taken, Invalid, Forbidden,
// Unauthenticated.
func (s *Service) CreateCollection(ctx context.Context, actor model.Actor, path ref.Path, n NewCollection) (model.Collection, error) {
	const op = "registry.CreateCollection"
	var c model.Collection
	if err := checkDescription(n.Description); err != nil {
		return c, errs.Wrap(op, err)
	}
	err := s.updateCollection(ctx, actor, path, func(tx *store.Tx, found model.Collection) (err error) {
		if _, err = s.createCollection(ctx, tx, actor, found.Name, n); err != nil {
			return err
		}
		c, err = s.collection(ctx, tx, actor, path)
		return err
	})
	return c, errs.Wrap(op, err)
}

// createCollection is the one way a collection comes to be, asked for or by a first push.
func (s *Service) createCollection(ctx context.Context, tx *store.Tx, actor model.Actor, name ref.Collection, n NewCollection) (int64, error) {
	if err := s.allowCreate(ctx, tx, actor, name); err != nil {
		return 0, err
	}
	id, err := tx.AddCollection(ctx, name, n.Public, n.Description, actor.UserID)
	if err != nil {
		return 0, err
	}
	return id, tx.Record(ctx, actor.Did(model.CollectionCreated, name.Full(), "visibility", visibility(n.Public)).In(id))
}

// allowCreate asks whether an actor may make a collection of a name. It does not say
// whether the name is free.
func (s *Service) allowCreate(ctx context.Context, tx *store.Tx, actor model.Actor, name ref.Collection) error {
	const op = "registry.allowCreate"
	if actor.IsAnonymous() {
		return withDenial(op, hidden(op, actor, access.Push, name.String()), access.Push, 0, name.Full())
	}
	if name.Namespace == ref.Library && ref.Reserved(name.Name) {
		return errs.E(op, errs.Invalid, "The collection name %q is reserved. Choose another.", name.Name)
	}
	_, owned, err := tx.NamespaceOf(ctx, name.Namespace, actor.UserID)
	if err != nil {
		return err
	}
	common := name.Namespace == ref.Library && s.Settings().UserCollections
	switch access.CanCreate(actor, access.Namespace{Owned: owned, Common: common}) {
	case access.Allow:
		return nil
	case access.Narrow:
		err = errs.E(op, errs.Forbidden, "Your token may not create the collection %s; use one with the scope write for all collections.", name)
	default:
		err = errPushForbidden(op, name)
	}
	return withDenial(op, err, access.Push, 0, name.Full())
}

// CollectionChange is what ChangeCollection sets; nil leaves a thing as it is.
type CollectionChange struct {
	Public      *bool
	Description *string
	// TrustedKeys are the fingerprints of the keys one of which has to have signed what is
	// pushed from now on; an empty list asks for no signatures.
	TrustedKeys *[]string
}

// ChangeCollection sets a collection's visibility, description and signers. Its owners may.
// Errors: NotFound, Forbidden, Unauthenticated, Invalid.
func (s *Service) ChangeCollection(ctx context.Context, actor model.Actor, path ref.Path, change CollectionChange) (model.Collection, error) {
	const op = "registry.ChangeCollection"
	var c model.Collection
	err := s.updateCollection(ctx, actor, path, func(tx *store.Tx, found model.Collection) (err error) {
		c = found
		if err := s.allowCollection(actor, access.Manage, c); err != nil {
			return err
		}
		if change.Public != nil {
			c.Public = *change.Public
		}
		if change.Description != nil {
			if err := checkDescription(*change.Description); err != nil {
				return err
			}
			c.Description = *change.Description
		}
		if change.TrustedKeys != nil {
			if c.TrustedKeys, err = parseTrustedKeys(*change.TrustedKeys); err != nil {
				return err
			}
			if err := tx.SetTrustedKeys(ctx, c.ID, c.TrustedKeys); err != nil {
				return err
			}
		}
		if err := tx.ChangeCollection(ctx, c.ID, c.Public, c.Description); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.CollectionChanged, c.Name.Full(), change.eventDetails()...).In(c.ID))
	})
	return c, errs.Wrap(op, err)
}

// eventDetails gives what a change sets, by turns with the names, for the record.
func (c CollectionChange) eventDetails() []string {
	var told []string
	if c.Public != nil {
		told = append(told, "visibility", visibility(*c.Public))
	}
	if c.Description != nil {
		told = append(told, "description", "changed")
	}
	if c.TrustedKeys != nil {
		told = append(told, "signers", strconv.Itoa(len(*c.TrustedKeys)))
	}
	return told
}

func visibility(public bool) string {
	if public {
		return "public"
	}
	return "private"
}

// DeleteCollection removes a collection and everything in it, and frees its name. It
// can be brought back for the grace period, by the number that it gives. Its owners may.
// Errors: Frozen if a container or tag in it is, Conflict for a default collection, which
// stays with its namespace; NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteCollection(ctx context.Context, actor model.Actor, path ref.Path) (deletion int64, err error) {
	const op = "registry.DeleteCollection"
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		c, err := s.managedCollection(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := s.allowCollection(actor, access.Delete, c); err != nil {
			return err
		}
		if c.Name.Name == ref.Default {
			return errs.E(op, errs.Conflict, "%s is the default collection of its namespace and stays; delete the containers in it instead.", c.Name.Full())
		}
		frozen, err := tx.HasFrozen(ctx, c.ID)
		if err != nil {
			return err
		}
		if frozen {
			return errs.E(op, errs.Frozen, "Something in %s is frozen; thaw it first.", c.Name)
		}
		if err := tx.DeleteCollection(ctx, c); err != nil {
			return err
		}
		deletion, err = tx.AddDeletion(ctx, store.NewDeletion{Kind: model.DeletedCollection, Collection: c.ID, Name: c.Name.Name, By: actor.UserID})
		if err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.CollectionDeleted, c.Name.Full()).In(c.ID))
	})
	return deletion, errs.Wrap(op, err)
}

// readCollection runs fn on a snapshot with a collection to which the actor may do
// something that changes nothing.
func (s *Service) readCollection(ctx context.Context, actor model.Actor, action access.Action, path ref.Path, fn func(*store.Tx, model.Collection) error) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		c, err := s.collection(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := s.allowCollection(actor, action, c); err != nil {
			return err
		}
		return fn(tx, c)
	})
}

// updateCollection runs fn in a transaction on a collection, which need not exist; fn has to ask
// whether the actor may do what it does. Errors: OverQuota for more than the collection and its
// namespace may use, and those of fn.
func (s *Service) updateCollection(ctx context.Context, actor model.Actor, path ref.Path, fn func(*store.Tx, model.Collection) error) error {
	return s.withSpace(ctx, func() error {
		return s.db.Update(ctx, func(tx *store.Tx) error {
			c, err := s.collection(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			p := store.Place{Collection: c.ID, ContainerOf: ref.Container{Collection: c.Name}}
			return s.withinQuotas(ctx, tx, demand{actor: actor, place: p}, func() error { return fn(tx, c) })
		})
	})
}

// managedCollection finds a collection for somebody who may manage it.
func (s *Service) managedCollection(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (model.Collection, error) {
	c, err := s.collection(ctx, tx, actor, path)
	if err != nil {
		return c, err
	}
	return c, s.allowCollection(actor, access.Manage, c)
}

func checkDescription(text string) error {
	if len(text) > maxDescription {
		return errs.E("registry.checkDescription", errs.TooLarge, "The description has %d bytes; at most %d are allowed.", len(text), maxDescription)
	}
	return nil
}
