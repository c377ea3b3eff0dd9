package access_test

import (
	"testing"

	"sregistry/app/access"
	"sregistry/app/model"
)

func TestStarsAreGivenByUsersToWhatTheySee(t *testing.T) {
	t.Parallel()
	user := model.Actor{UserID: 1, Scope: model.ScopeAll}
	reader := model.Actor{UserID: 1, Scope: model.ScopeRead}
	public := access.Target{Exists: true, Collection: 7, Public: true}
	private := access.Target{Exists: true, Collection: 7}
	given := access.Target{Exists: true, Collection: 7, Role: model.Contributor}
	for _, c := range []struct {
		name   string
		actor  model.Actor
		target access.Target
		want   access.Decision
	}{
		{"anonymous", model.Anonymous, public, access.NeedLogin},
		{"anonymous, nothing there", model.Anonymous, access.Target{}, access.NeedLogin},
		{"the console, who is no user", model.Console, public, access.NeedLogin},
		{"public", user, public, access.Allow},
		{"private", user, private, access.Hidden},
		{"nothing there", user, access.Target{}, access.Hidden},
		{"with a role", user, given, access.Allow},
		{"token that only reads", reader, public, access.Narrow},
		{"token that only reads, private", reader, private, access.Hidden},
	} {
		if got := access.CanStar(c.actor, c.target); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
