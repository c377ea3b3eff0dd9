package access

import "sregistry/app/model"

// CanAct decides whether an actor may do what every user may: with ScopeRead see what
// users see of each other, with ScopeManage make a team, or join and leave one. A
// credential that is narrowed to some collections does not change what belongs to none.
func CanAct(actor model.Actor, scope model.Scope) Decision {
	switch {
	case actor.IsAnonymous():
		return NeedLogin
	case !actor.Scope.Has(scope), scope != model.ScopeRead && actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanManageTeam decides whether an actor may change a team, given whether he is one of its
// owners.
func CanManageTeam(actor model.Actor, owner bool) Decision {
	if d := CanAct(actor, model.ScopeManage); d != Allow || owner || actor.Admin {
		return d
	}
	return Refused
}

// CanSeeMembers decides whether an actor may see who is in a team, given whether he is.
func CanSeeMembers(actor model.Actor, member bool) Decision {
	if d := CanAct(actor, model.ScopeRead); d != Allow || member || actor.Admin {
		return d
	}
	return Refused
}

// CanSeeUsage decides whether an actor may see how much storage a namespace uses, given
// whether it is his own, or a team's that he owns.
func CanSeeUsage(actor model.Actor, owned bool) Decision {
	switch d := CanAct(actor, model.ScopeRead); {
	case d != Allow:
		return d
	case !owned && !actor.Admin:
		return Refused
	case actor.Only != nil:
		return Narrow
	}
	return Allow
}

// CanManageAccount decides whether an actor may see and change an account with its tokens
// and sessions, given whether it is his own.
func CanManageAccount(actor model.Actor, own bool) Decision {
	if own && actor.UserID != 0 {
		return CanAct(actor, model.ScopeManage)
	}
	return CanAdminister(actor)
}
