package access_test

import (
	"testing"

	"sregistry/app/access"
	"sregistry/app/model"
)

// What belongs to no collection is decided by the role, and a credential only narrows that.
func TestWhatBelongsToNoCollection(t *testing.T) {
	t.Parallel()
	const (
		login, no, narrow, yes = access.NeedLogin, access.Refused, access.Narrow, access.Allow
	)
	callers := []model.Actor{model.Anonymous, user(model.ScopeAll, nil), user(model.ScopeRead, nil), user(model.ScopeAll, []int64{here}),
		admin(model.ScopeAll, nil), admin(model.ScopeRead, nil), admin(model.ScopeAll, []int64{here}), model.Console}
	for _, c := range []struct {
		what string
		can  func(model.Actor) access.Decision
		want [8]access.Decision
	}{
		{"run the registry", access.CanAdminister, [...]access.Decision{login, no, no, no, yes, narrow, narrow, yes}},
		{"watch the server", access.CanMonitor, [...]access.Decision{login, no, no, no, yes, yes, narrow, yes}},
		{"look at users", with(access.CanAct, model.ScopeRead), [...]access.Decision{login, yes, yes, yes, yes, yes, yes, yes}},
		{"act as a user", with(access.CanAct, model.ScopeManage), [...]access.Decision{login, yes, narrow, narrow, yes, narrow, narrow, yes}},
		{"manage his team", with(access.CanManageTeam, true), [...]access.Decision{login, yes, narrow, narrow, yes, narrow, narrow, yes}},
		{"manage another team", with(access.CanManageTeam, false), [...]access.Decision{login, no, narrow, narrow, yes, narrow, narrow, yes}},
		{"see his team's members", with(access.CanSeeMembers, true), [...]access.Decision{login, yes, yes, yes, yes, yes, yes, yes}},
		{"see another team's members", with(access.CanSeeMembers, false), [...]access.Decision{login, no, no, no, yes, yes, yes, yes}},
		{"see the room of his namespace", with(access.CanSeeUsage, true), [...]access.Decision{login, yes, yes, narrow, yes, yes, narrow, yes}},
		{"see the room of another", with(access.CanSeeUsage, false), [...]access.Decision{login, no, no, no, yes, yes, narrow, yes}},
		{"manage his account", with(access.CanManageAccount, true), [...]access.Decision{login, yes, narrow, narrow, yes, narrow, narrow, yes}},
		{"manage another account", with(access.CanManageAccount, false), [...]access.Decision{login, no, no, no, yes, narrow, narrow, yes}},
	} {
		for i, caller := range callers {
			if got := c.can(caller); got != c.want[i] {
				t.Errorf("%s: %+v: %s, want %s", c.what, caller, words[got], words[c.want[i]])
			}
		}
	}
}

// with fixes the second argument of a decision.
func with[T any](can func(model.Actor, T) access.Decision, given T) func(model.Actor) access.Decision {
	return func(a model.Actor) access.Decision { return can(a, given) }
}

func TestEveryActionHasAName(t *testing.T) {
	t.Parallel()
	for _, a := range actions {
		if a.action.String() != a.name {
			t.Errorf("the action %q calls itself %q", a.name, a.action)
		}
	}
}
