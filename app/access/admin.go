package access

import "sregistry/app/model"

// CanAdminister decides whether an actor may run the registry: its accounts, settings,
// quotas and disk, and see all that was done in it. What was done in one collection is for
// those who may Manage it.
func CanAdminister(actor model.Actor) Decision { return forAdmins(actor, model.ScopeManage) }

// CanMonitor decides whether an actor may see how the server does: numbers, and no names. A
// token that an administrator made for reading only is enough.
func CanMonitor(actor model.Actor) Decision { return forAdmins(actor, model.ScopeRead) }

// forAdmins decides about what belongs to no collection, so that a credential which is
// narrowed to some does not cover it.
func forAdmins(actor model.Actor, scope model.Scope) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !actor.Admin:
		return Refused
	case !actor.Scope.Has(scope) || actor.Only != nil:
		return Narrow
	}
	return Allow
}
