package access

import "sregistry/app/model"

// CanWatch decides whether an actor may see how the server does: numbers, and no names. A
// token that an administrator made for reading only is enough.
func CanWatch(actor model.Actor) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !actor.Admin:
		return Refused
	case !actor.Scope.Has(model.ScopeRead) || actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanAudit decides whether an actor may see all that was done in the registry, and by
// whom. What was done in one collection is for those who may Manage it.
func CanAudit(actor model.Actor) Decision {
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
