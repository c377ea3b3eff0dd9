package access

import "sregistry/app/model"

// CanStar decides whether an actor may give a container in a collection his star, or take
// it away. It is his own affair; he only has to see the container.
func CanStar(actor model.Actor, t Target) Decision {
	switch {
	case actor.UserID == 0:
		return NeedLogin
	case !sees(actor, t):
		return Hidden
	case !actor.Scope.Has(model.ScopeWrite):
		return Narrow
	}
	return Allow
}
