// Package access decides who may do what, and is the only place that does. Can is a pure
// function of the actor, the action and the state of the target; every use case of the
// core calls it. testdata/matrix.txt is the whole table, made by the tests and read by
// people.
//
// The one permitted echo of the rule for reading is the SQL fragment by which the store
// lists what an actor may see; a property test holds the two equal.
package access

import "sregistry/app/model"

// Action is something that one may want to do to a collection and what is in it.
type Action uint8

// The actions. The zero value is none of them, and is never allowed.
const (
	_ Action = iota
	// Read is to see and pull.
	Read
	// Push is to add images and to set tags.
	Push
	// Freeze is to freeze and thaw.
	Freeze
	// Delete is to delete tags and images.
	Delete
	// Manage is to change visibility, roles and links, and to delete the collection.
	Manage
	// Describe is to change what is written about a container; a freeze does not hold it.
	Describe
)

var actionNames = [...]string{Read: "read", Push: "push", Freeze: "freeze", Delete: "delete", Manage: "manage", Describe: "describe"}

// String is the action's name, as it stands in the record of what was denied.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return ""
}

// needs is the scope that a credential must have for an action other than Read, which
// sees decides.
func (a Action) needs() model.Scope {
	switch a {
	case Push, Freeze, Describe:
		return model.ScopeWrite
	case Delete:
		return model.ScopeDelete
	}
	return model.ScopeManage
}

// changes reports whether an action alters what a freeze protects.
func (a Action) changes() bool { return a == Push || a == Delete }

// Target is the state of a collection, and of the tag or container at hand, as far as
// permission depends on it. The zero value is something that does not exist.
type Target struct {
	Exists     bool
	Collection int64
	Public     bool
	Role       model.Role // the actor's
	Frozen     bool       // the tag or its container
	// SignIn says that this site shows even public things to signed-in users only.
	SignIn bool
}

// Decision is the answer of Can.
type Decision uint8

// The decisions. The zero value refuses.
const (
	// Hidden: the actor may not know whether the target exists.
	Hidden Decision = iota
	// NeedLogin: the actor is nobody in particular, and should say who he is. It is the
	// answer to an anonymous caller for what is hidden and for what does not exist alike.
	NeedLogin
	// Refused: the actor may see the target, but not do this.
	Refused
	// Narrow: the actor may do this, but not with this credential.
	Narrow
	// Frozen: the actor may do this once an owner has thawed the target.
	Frozen
	// Allow: go ahead.
	Allow
)

// Can decides whether an actor may do something to a target. What does not exist and what
// the actor may not see are answered alike. An unknown action is never allowed.
func Can(actor model.Actor, action Action, t Target) Decision {
	if action < Read || action > Describe {
		return Hidden
	}
	anonymous := actor.IsAnonymous()
	if !sees(actor, t) {
		if anonymous {
			return NeedLogin
		}
		return Hidden
	}
	switch {
	case action == Read:
		return Allow
	case anonymous:
		return NeedLogin
	case t.Role < model.Owner && !actor.Admin:
		return Refused
	case !actor.Scope.Has(action.needs()), !actor.Covers(t.Collection):
		return Narrow
	}
	if t.Frozen && action.changes() {
		return Frozen
	}
	return Allow
}

// sees reports whether the actor may know of the target. A credential that is narrowed to
// some collections sees the public rest as an anonymous caller would.
func sees(actor model.Actor, t Target) bool {
	if !t.Exists {
		return false
	}
	if t.Public && !(t.SignIn && actor.IsAnonymous()) {
		return true
	}
	return (actor.Admin || t.Role > model.NoRole) && actor.Covers(t.Collection) && actor.Scope.Has(model.ScopeRead)
}

// Namespace is a place for collections, as far as making one there depends on it.
type Namespace struct {
	// Owned says that it is the actor's own, or a team's that he owns.
	Owned bool
	// Common says that it is the registry's own and open to every user.
	Common bool
}

// CanCreate decides whether an actor may make a collection in a namespace.
func CanCreate(actor model.Actor, n Namespace) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !n.Owned && !n.Common && !actor.Admin:
		return Refused
	case !actor.Scope.Has(model.ScopeWrite) || actor.Only != nil:
		return Narrow
	}
	return Allow
}
