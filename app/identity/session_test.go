package identity_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
)

// browser keeps the cookies of its answers.
type browser map[string]*http.Cookie

func (b browser) request() *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range b {
		r.AddCookie(c)
	}
	return r
}

func (b browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if b[c.Name] = c; c.MaxAge < 0 {
			delete(b, c.Name)
		}
	}
}

func (b browser) signIn(t *testing.T, f *fixture, a model.Actor) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := f.SignIn(w, b.request(), "10.0.0.1", a); err != nil {
		t.Fatal(err)
	}
	b.keep(w)
}

// user tells as whom a browser is signed in.
func (b browser) user(t *testing.T, f *fixture) string {
	t.Helper()
	a, err := f.FromRequest(b.request())
	if err != nil {
		t.Fatal(err)
	}
	if !a.IsAnonymous() && a.Via != model.BySession {
		t.Errorf("via %q", a.Via)
	}
	return a.Name
}

func TestSessionLivesUntilSignOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	b := browser{}
	if got := b.user(t, f); got != "" {
		t.Errorf("before: %q", got)
	}
	b.signIn(t, f, bob)
	if got := b.user(t, f); got != "bob" {
		t.Errorf("after signing in: %q", got)
	}
	stolen := browser{}
	for k, v := range b {
		stolen[k] = v
	}
	w := httptest.NewRecorder()
	if err := f.SignOut(w, b.request(), model.Anonymous); err != nil {
		t.Fatal(err)
	}
	b.keep(w)
	if len(b) != 0 || b.user(t, f) != "" || stolen.user(t, f) != "" {
		t.Errorf("after signing out: cookies %v", b)
	}
}

func TestSessionCookieIsOutOfReach(t *testing.T) {
	t.Parallel()
	for address, name := range map[string]string{"http://reg": "sregistry_session", "https://reg": "__Host-sregistry_session"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		f := newFixture(t, identity.WithAddress(u))
		b := browser{}
		b.signIn(t, f, f.person(t, "bob"))
		c := b[name]
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != (u.Scheme == "https") {
			t.Errorf("%s: %+v", address, c)
		}
		if len(c.Value) < 43 {
			t.Errorf("the secret is short: %q", c.Value)
		}
	}
}

func TestSigningInAgainChangesTheSecret(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, bob := browser{}, f.person(t, "bob")
	b.signIn(t, f, bob)
	before := browser{"x": b["sregistry_session"]}
	b.signIn(t, f, bob)
	if before.user(t, f) != "" || b.user(t, f) != "bob" {
		t.Error("the secret from before the login still opens the session")
	}
}

func TestSessionSlidesAndExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b, bob := browser{}, f.person(t, "bob")
	b.signIn(t, f, bob)
	for range 3 {
		f.clock.advance(13 * 24 * time.Hour)
		if got := b.user(t, f); got != "bob" {
			t.Fatalf("used every 13 days: %q", got)
		}
		f.until(t, "the use is written", func() bool {
			list, err := f.Sessions(t.Context(), bob)
			return err == nil && len(list) == 1 && list[0].LastSeen.Equal(f.clock.time())
		})
	}
	f.clock.advance(15 * 24 * time.Hour)
	if got := b.user(t, f); got != "" {
		t.Errorf("after 15 days of rest: %q", got)
	}
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSessionsEndOneByOneOrTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob, eve := f.person(t, "bob"), f.person(t, "eve")
	one, two := browser{}, browser{}
	one.signIn(t, f, bob)
	two.signIn(t, f, bob)
	id, err := f.CurrentSession(one.request())
	if err != nil || id == "" {
		t.Fatal(id, err)
	}
	list, err := f.Sessions(t.Context(), bob)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	wantError(t, f.EndSession(t.Context(), eve, id), errs.NotFound, "no such session")
	if err := f.EndSession(t.Context(), bob, id); err != nil {
		t.Fatal(err)
	}
	if one.user(t, f) != "" || two.user(t, f) != "bob" {
		t.Error("the wrong session ended")
	}
	one.signIn(t, f, bob)
	if err := f.ChangePassword(t.Context(), bob, "", password, "another password"); err != nil {
		t.Fatal(err)
	}
	if one.user(t, f) != "" || two.user(t, f) != "" {
		t.Error("a session outlived the password")
	}
	one.signIn(t, f, bob)
	if err := f.SetDisabled(t.Context(), model.Console, "bob", true); err != nil {
		t.Fatal(err)
	}
	if one.user(t, f) != "" {
		t.Error("a session outlived the account")
	}
}

func TestTokenIsNoWayToASession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, secret := f.token(t, f.person(t, "bob"), identity.NewToken{Name: "a", Scope: model.ScopeAll})
	a, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []model.Actor{a, model.Console, model.Anonymous} {
		wantError(t, f.SignIn(httptest.NewRecorder(), browser{}.request(), "", a), errs.Forbidden, "Sign in")
	}
}

func TestBadCookiesAreNobody(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	for _, value := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 4000)} {
		b := browser{"x": {Name: "sregistry_session", Value: value}}
		if got := b.user(t, f); got != "" {
			t.Errorf("%q got in as %q", value, got)
		}
	}
}

func TestFlashesAreSeenOnceWithoutASession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	b := browser{}
	for _, text := range []string{"First.", "Second."} {
		w := httptest.NewRecorder()
		if err := f.AddFlash(w, b.request(), text); err != nil {
			t.Fatal(err)
		}
		b.keep(w)
	}
	for _, want := range [][]string{{"First.", "Second."}, nil} {
		w := httptest.NewRecorder()
		if diff := cmp.Diff(want, f.Flashes(w, b.request())); diff != "" {
			t.Error(diff)
		}
		b.keep(w)
	}
	forged := browser{"x": {Name: "sregistry_flash", Value: "forged"}}
	if got := f.Flashes(httptest.NewRecorder(), forged.request()); got != nil {
		t.Errorf("forged: %v", got)
	}
}

func TestSessionOfADisabledAccountIsNobody(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	b := browser{}
	b.signIn(t, f, bob)
	update(t, f, func(ctx context.Context, tx *store.Tx) error { return tx.SetDisabled(ctx, bob.UserID, true) })
	if got := b.user(t, f); got != "" {
		t.Errorf("still %q", got)
	}
}
