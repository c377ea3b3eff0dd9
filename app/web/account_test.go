package web_test

import (
	"net/http"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/pgp/pgptest"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

func TestProfileIsSavedAndHeldToTheRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	b := f.signedIn(t, f.User(t, "alice"))
	b.get("/account").is(http.StatusOK).says("h1", "alice")
	p := b.post("/account/profile", "full-name", " Alice Liddell ").leadsTo("/account").says(".notice.good", "saved")
	if got := p.Find("#full-name").AttrOr("value", ""); got != "Alice Liddell" {
		t.Errorf("the name is %q", got)
	}
	p = b.post("/account/profile", "full-name", "a\x01b").is(http.StatusUnprocessableEntity).says("#full-name-problem", "cannot be seen")
	if got := p.Find("#full-name").AttrOr("value", ""); got == "Alice Liddell" {
		t.Error("what was typed does not come back")
	}
}

func TestPasswordIsChangedAndOtherSessionsEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	here, there := f.signedIn(t, alice), f.signedIn(t, alice)
	const next = "a wholly new password"
	for _, c := range []struct{ current, password, again, field, says string }{
		{"wrong", next, next, "current", "present password is wrong"},
		{doortest.Password, next, "another", "again", "do not match"},
		{doortest.Password, "short", "short", "password", "too short"},
	} {
		p := here.post("/account/password", "current", c.current, "password", c.password, "again", c.again)
		p.is(http.StatusUnprocessableEntity).says("#"+c.field+"-problem", c.says)
		if p.Find("input[type=password][value]").Length() != 0 {
			t.Error("a password comes back")
		}
	}
	here.post("/account/password", "current", doortest.Password, "password", next, "again", next).leadsTo("/account").says(".notice.good", "ended")
	there.get("/account").is(http.StatusSeeOther)
	if _, err := f.Identity.Password(t.Context(), "192.0.2.1", "alice", next); err != nil {
		t.Error(err)
	}
}

// Tokens and links outlive a password; whoever changes it because somebody else knows it is
// offered to revoke them.
func TestChangedPasswordOffersToRevokeTokensAndLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	secret := f.Token(t, alice)
	if _, _, err := f.Registry.Share(t.Context(), alice, doortest.Path(t, "lab/hello"), ref.Reference{Tag: "latest"}, "", 0); err != nil {
		t.Fatal(err)
	}
	b := f.signedIn(t, alice)
	const next = "a wholly new password"
	b.post("/account/password", "current", doortest.Password, "password", next, "again", next).leadsTo("/account/revoke").
		says(".notice.good", "Password changed").says("main", "1 token and 1 download link")
	b.post("/account/revoke").leadsTo("/account").says(".notice.good", "revoked")
	if _, err := f.Identity.Bearer(t.Context(), secret); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("the token still works: %v", err)
	}
	b.get("/account/revoke").is(http.StatusOK).says("main", "no tokens and no download links")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	here := f.signedIn(t, alice)
	second, third := f.signedIn(t, alice), f.signedIn(t, alice)
	stranger := f.signedIn(t, f.User(t, "eve"))
	p := here.get("/account/sessions").is(http.StatusOK).says(".badge.open", "current")
	if n := p.Find("li.card").Length(); n != 3 {
		t.Fatalf("%d sessions", n)
	}
	end := p.Find("li.card form").First().AttrOr("action", "")
	stranger.post(end).leadsTo("/account/sessions")
	if n := here.get("/account/sessions").Find("li.card").Length(); n != 3 {
		t.Error("somebody else has ended a session")
	}
	here.post(end).leadsTo("/account/sessions").says(".notice.good", "Session ended")
	here.post("/account/sessions/end-others").leadsTo("/account/sessions").says(".notice.good", "Other session ended")
	second.get("/account").is(http.StatusSeeOther)
	third.get("/account").is(http.StatusSeeOther)
	if here.get("/account/sessions").Find("li.card").Length() != 1 {
		t.Error("the present session is gone, or another is left")
	}
}

func TestKeysAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	b, stranger := f.signedIn(t, f.User(t, "alice")), f.signedIn(t, f.User(t, "eve"))
	b.get("/account/keys").is(http.StatusOK).says(".empty", "No keys yet")
	b.post("/account/keys", "keys", "not a key").is(http.StatusUnprocessableEntity).says("#keys", "not a key")
	key := pgptest.New(t, "Alice")
	b.post("/account/keys", "keys", pgptest.Public(t, key)).leadsTo("/account/keys").says(".card h3", "Alice").says(".notice.good", " added.")
	remove := b.get("/account/keys").Find(".card form").AttrOr("action", "")
	stranger.post(remove).is(http.StatusForbidden)
	b.post(remove).leadsTo("/account/keys").says(".notice.good", "Key removed")
}

func TestAccountIsDeletedWhenNothingIsOrphaned(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.User(t, "alice"), f.User(t, "bob")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	f.Publish(t, alice, "lab")
	secret := f.TokenFor(t, alice, identity.NewToken{Scope: model.ScopeRead})
	b := f.signedIn(t, alice)
	b.get("/account/delete").is(http.StatusOK).says("#collections", "alone own").says(".row .name", "library/lab")
	b.post("/account/delete", "name", "alice", "current", doortest.Password).is(http.StatusConflict).says("[role=alert]", "hand them over")
	b.post("/account/hand-over", "collection", "library/lab", "to", "nobody").is(http.StatusUnprocessableEntity).says("#to-problem", "not found")
	b.post("/account/hand-over", "collection", "library/lab", "to", "alice").is(http.StatusUnprocessableEntity).says("#to-problem", "That is you")
	f.signedIn(t, bob).post("/account/hand-over", "collection", "library/lab", "to", "eve").is(http.StatusForbidden)
	b.post("/account/hand-over", "collection", "library/lab", "to", "bob").leadsTo("/account/delete").says("h1", "Delete your account")
	b.post("/account/delete", "name", "alcie", "current", doortest.Password).is(http.StatusUnprocessableEntity).says("#name-problem", "does not match")
	b.post("/account/delete", "name", "alice", "current", "wrong").is(http.StatusUnprocessableEntity).says("#current-problem", "wrong")
	b.post("/account/delete", "name", "alice", "current", doortest.Password).leadsTo("/").says(".notice.good", "Account alice deleted")
	if _, err := f.Identity.Bearer(t.Context(), secret); err == nil {
		t.Error("her token still works")
	}
	f.browser(t).get("/containers/library/lab/hello:latest").is(http.StatusOK).says("main", "a deleted account")
}

func TestPasswordLinkSetsThePasswordOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	root := f.Admin(t, "root")
	f.User(t, "alice")
	secret, _, err := f.Identity.NewPasswordLink(t.Context(), root, "alice")
	if err != nil {
		t.Fatal(err)
	}
	b := f.browser(t)
	const next = "a wholly new password"
	b.get("/password/"+secret).is(http.StatusOK).says(".lead", "alice")
	b.post("/password/"+secret, "password", next, "again", "x").is(http.StatusUnprocessableEntity).says("#again-problem", "do not match")
	b.post("/password/"+secret, "password", "short", "again", "short").is(http.StatusUnprocessableEntity).says("#password-problem", "too short")
	b.post("/password/"+secret, "password", next, "again", next).leadsTo("/").says(".who", "alice")
	b.get("/password/"+secret).is(http.StatusNotFound).says("h1", "no longer valid")
	b.post("/password/"+secret, "password", next, "again", next).is(http.StatusNotFound)
}

// The account's pages are for people with an account, and its forms come from this site.
func TestAccountPagesAskToSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	stranger, alice := f.browser(t), f.signedIn(t, f.User(t, "alice"))
	for _, path := range []string{"/account", "/account/sessions", "/account/keys", "/account/delete"} {
		stranger.get(path).is(http.StatusSeeOther)
	}
	for _, path := range []string{"/account/profile", "/account/password", "/account/sessions/end-others", "/account/sessions/x/end",
		"/account/keys", "/account/keys/x/remove", "/account/delete", "/account/hand-over"} {
		stranger.post(path).is(http.StatusSeeOther)
		alice.send(http.MethodPost, path, "", "Sec-Fetch-Site", "cross-site").is(http.StatusForbidden).says(".lead", "another site")
	}
}
