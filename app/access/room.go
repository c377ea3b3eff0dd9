package access

import "sregistry/app/model"

// CanLimit decides whether an actor may set how much room a namespace or a collection may
// take up, and see all such limits.
func CanLimit(actor model.Actor) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !actor.Admin:
		return Refused
	case !actor.Scope.Has(model.ScopeManage) || actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanMeasure decides whether an actor may know how much room a whole namespace takes up,
// in which there may be things that are not his to see. How much a collection does is for
// all to know who may Read it.
func CanMeasure(actor model.Actor, n Namespace) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !n.Owned && !actor.Admin:
		return Refused
	case !actor.Scope.Has(model.ScopeRead) || actor.Only != nil:
		return Narrow
	}
	return Allow
}
