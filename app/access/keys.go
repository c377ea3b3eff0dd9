package access

import "sregistry/app/model"

// CanAddKey decides whether an actor may add public keys to the registry. They belong to
// no collection, so a credential that is narrowed to some does not cover it.
func CanAddKey(actor model.Actor, adminsOnly bool) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case adminsOnly && !actor.Admin:
		return Refused
	case !actor.Scope.Has(model.ScopeWrite) || actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanRemoveKey decides whether an actor may remove a public key, given the user who added
// it; 0 for one whose account is gone.
func CanRemoveKey(actor model.Actor, adder int64) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !actor.Admin && (adder == 0 || adder != actor.UserID):
		return Refused
	case !actor.Scope.Has(model.ScopeDelete) || actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanListKeys decides whether an actor may list the public keys that he added, or with all
// those that anybody did. It takes no scope: keys are made to be known.
func CanListKeys(actor model.Actor, all bool) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case all && !actor.Admin:
		return Refused
	}
	return Allow
}

// CanFindKeys decides whether an actor may search for public keys. They are made to be
// known, so all may who may see the site.
func CanFindKeys(actor model.Actor, signIn bool) Decision {
	if signIn && actor.IsAnonymous() {
		return NeedLogin
	}
	return Allow
}
