package identity_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
)

// events gives what was recorded, oldest first, as "who action target details".
func (f *fixture) events(t *testing.T) []string {
	t.Helper()
	var list []string
	err := f.db.View(t.Context(), func(tx *store.Tx) error {
		events, err := tx.Events(t.Context(), store.EventFilter{}, model.Page{Limit: model.MaxLimit})
		for _, e := range events {
			list = append([]string{strings.TrimSpace(e.Actor + " " + e.Action + " " + e.Target)}, list...)
			for _, text := range e.Details {
				if strings.Contains(text, "sregistry_") || strings.Contains(text, "password") {
					t.Errorf("a secret is recorded: %v", e.Details)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestChangesOfAccountsAreRecorded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	root := f.admin(t, "root")
	bob := f.person(t, "bob")
	before := len(f.events(t))
	token, _ := f.token(t, bob, identity.NewToken{Name: "ci", Scope: model.ScopeAll})
	for _, err := range []error{
		f.RevokeToken(ctx, bob, "", token.ID),
		f.SetDisabled(ctx, root, "bob", true),
		f.SetDisabled(ctx, root, "bob", false),
		f.SetAdmin(ctx, root, "bob", true),
		f.SetPassword(ctx, root, "bob", "another good one"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.CreateUser(ctx, root, identity.NewUser{Name: "robbie", Kind: model.Robot}); err != nil {
		t.Fatal(err)
	}
	bob.Via = model.ByPassword
	w := httptest.NewRecorder()
	if err := f.SignIn(w, httptest.NewRequestWithContext(ctx, "POST", "/sign-in", nil), "192.0.2.7", bob); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, "POST", "/sign-out", nil)
	r.AddCookie(w.Result().Cookies()[0])
	if err := f.SignOut(httptest.NewRecorder(), r, bob); err != nil {
		t.Fatal(err)
	}
	want := []string{"bob token.create bob", "bob token.revoke bob", "root user.disable bob", "root user.enable bob",
		"root user.admin bob", "root user.password bob", "root user.create robbie", "bob session.start bob", "bob session.end bob"}
	if diff := cmp.Diff(want, f.events(t)[before:]); diff != "" {
		t.Error(diff)
	}
	// Signing out without being signed in is nothing, however often it is done.
	if err := f.SignOut(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/sign-out", nil), model.Anonymous); err != nil {
		t.Fatal(err)
	}
	if got := f.events(t)[before:]; len(got) != len(want) {
		t.Errorf("%v", got)
	}
}

func TestFailedSignInSaysWhoWasTried(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	token, secret := f.token(t, bob, identity.NewToken{Name: "ci", Scope: model.ScopeAll, Expires: f.clock.time().Add(time.Hour)})
	f.clock.advance(2 * time.Hour)
	_, wrong := f.Password(t.Context(), "192.0.2.7", "bob", "not this one, surely")
	_, unknown := f.Bearer(t.Context(), strings.Replace(secret, token.ID, strings.Repeat("a", len(token.ID)), 1))
	_, expired := f.Bearer(t.Context(), secret)
	_, elsewhere := f.Basic(t.Context(), "192.0.2.7", "eve", "sregistry_secret")
	for name, c := range map[string]struct {
		err    error
		target string
	}{"password": {wrong, "bob"}, "unknown token": {unknown, strings.Repeat("a", len(token.ID))}, "expired token": {expired, "bob"}, "nonsense": {elsewhere, ""}} {
		d, ok := errs.DenialOf(c.err)
		if !ok || d.Action != model.DeniedSignIn || d.Target != c.target {
			t.Errorf("%s: %v, %+v", name, c.err, d)
		}
	}
}
