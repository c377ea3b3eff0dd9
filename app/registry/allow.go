package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// container resolves a written name and finds the place; what does not exist has a zero
// id. It decides nothing.
func (s *Service) container(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (store.Place, error) {
	namespace, err := tx.IsNamespace(ctx, path.First())
	if err != nil {
		return store.Place{}, err
	}
	return tx.Place(ctx, path.Container(namespace), actor.UserID)
}

// collection resolves a written name and finds the collection; one that does not exist
// has a zero id. It decides nothing.
func (s *Service) collection(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (model.Collection, error) {
	namespace, err := tx.IsNamespace(ctx, path.First())
	if err != nil {
		return model.Collection{}, err
	}
	name, err := path.Collection(namespace)
	if err != nil {
		return model.Collection{}, err
	}
	c, err := tx.Collection(ctx, name, actor.UserID)
	if errs.Is(err, errs.NotFound) {
		return model.Collection{Name: name}, nil
	}
	return c, err
}

// target describes a place to package access; a frozen container freezes all in it.
func (s *Service) target(p store.Place) access.Target {
	return access.Target{Exists: p.Collection != 0, Collection: p.Collection, Public: p.Public, Role: p.Role, Frozen: p.Frozen,
		SignIn: s.Settings().SignIn}
}

// can reports whether an actor may do something to a container, for pages that offer it.
func (s *Service) can(actor model.Actor, action access.Action, p store.Place) bool {
	return access.Can(actor, action, s.target(p)) == access.Allow
}

// openToAll reports whether callers without credentials may pull from a place.
func (s *Service) openToAll(p store.Place) bool {
	p.Role = model.NoRole // the actor's, who is another
	return s.can(model.Anonymous, access.Read, p)
}

// allow asks whether an actor may do something to a container, and, since what the actor
// may not see and what does not exist are answered alike, whether it is there.
func (s *Service) allow(actor model.Actor, action access.Action, p store.Place) error {
	const op = "registry.allow"
	if err := verdict(op, actor, action, access.Can(actor, action, s.target(p)), p.ContainerOf.String()); err != nil {
		return withDenial(op, err, action, p.Collection, p.ContainerOf.Full())
	}
	if p.Container == 0 {
		return missing(op, p.ContainerOf.String())
	}
	return nil
}

// allowCollection is allow for a whole collection.
func (s *Service) allowCollection(actor model.Actor, action access.Action, c model.Collection) error {
	const op = "registry.allowCollection"
	decision := access.Can(actor, action, s.collectionTarget(c))
	return withDenial(op, verdict(op, actor, action, decision, c.Name.String()), action, c.ID, c.Name.Full())
}

// collectionTarget describes a collection to package access.
func (s *Service) collectionTarget(c model.Collection) access.Target {
	return access.Target{Exists: c.ID != 0, Collection: c.ID, Public: c.Public, Role: c.Role, SignIn: s.Settings().SignIn}
}

// canCollection is can for a whole collection.
func (s *Service) canCollection(actor model.Actor, action access.Action, c model.Collection) bool {
	return access.Can(actor, action, s.collectionTarget(c)) == access.Allow
}

// withDenial notes on a refusal what was refused, for the record; nil stays nil.
func withDenial(op string, err error, action access.Action, collection int64, name string) error {
	return errs.Deny(op, err, errs.Denial{Action: action.String(), Target: name, Collection: collection})
}

// verdict turns a decision into an error with a sentence, or into nil.
func verdict(op string, actor model.Actor, action access.Action, d access.Decision, name string) error {
	switch d {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return needLogin(op, action, name)
	case access.Refused:
		return errs.E(op, errs.Forbidden, "You may see %s, but not change it; ask one of its owners.", name)
	case access.Narrow:
		return errs.E(op, errs.Forbidden, "Your token does not reach that far for %s; use one with a wider scope.", name)
	case access.Frozen:
		return errs.E(op, errs.Frozen, "%s is frozen; an owner has to thaw it first.", name)
	}
	return hidden(op, actor, action, name)
}

// missing is the answer for what is not there, in a place that the actor may see.
func missing(op, name string) error {
	return errs.E(op, errs.NotFound, "There is no %s, or you may not see it.", name)
}

// hidden is the answer for what is not there and for what the actor may not see.
func hidden(op string, actor model.Actor, action access.Action, name string) error {
	if actor.IsAnonymous() {
		return needLogin(op, action, name)
	}
	return missing(op, name)
}

// needLogin asks an anonymous caller who they are. It says the same of what exists, of what is
// private and of what does not exist.
func needLogin(op string, action access.Action, name string) error {
	if action == access.Read {
		return errs.E(op, errs.Unauthenticated, "%s was not found. If it is private, sign in to see it.", name)
	}
	return errs.E(op, errs.Unauthenticated, "Sign in to change %s.", name)
}

// requireAdmin allows only those who run the registry.
func requireAdmin(op string, actor model.Actor) error {
	switch access.CanAdminister(actor) {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return errs.E(op, errs.Unauthenticated, "Sign in as an administrator.")
	case access.Narrow:
		return errs.E(op, errs.Forbidden, "Your token does not reach that far; use one for all collections with the scope manage.")
	}
	return errs.E(op, errs.Forbidden, "Only an administrator may do this.")
}

// requireSignedIn allows whoever is signed in, with a credential for all collections.
func requireSignedIn(op string, actor model.Actor, scope model.Scope) error {
	switch access.CanAct(actor, scope) {
	case access.Allow:
		return nil
	case access.NeedLogin:
		return errs.E(op, errs.Unauthenticated, "Sign in first.")
	}
	return errs.E(op, errs.Forbidden, "Your token does not reach that far; use one with a wider scope.")
}
