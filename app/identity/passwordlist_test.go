package identity_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

func TestListedPasswordsAreRefusedWhereverOneIsChosen(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list")
	content := "first password\r\n" + strings.Repeat("x", 100_000) + "\nCorrect Horse Battery Staple\nlast password here"
	if err := os.WriteFile(list, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, identity.WithPasswordList(list))
	bob := f.person(t, "bob")
	for _, listed := range []string{"first password", "correct horse battery staple", "last password here"} {
		_, err := f.CreateUser(t.Context(), model.Console, identity.NewUser{Name: "eve", Password: listed})
		wantError(t, err, errs.Invalid, "list of known passwords")
		wantError(t, f.SetPassword(t.Context(), model.Console, "bob", listed), errs.Invalid, "list of known passwords")
		wantError(t, f.ChangePassword(t.Context(), bob, "192.0.2.1", password, listed), errs.Invalid, "list of known passwords")
	}
	// A part of a long line is no password of the list.
	if err := f.SetPassword(t.Context(), model.Console, "bob", strings.Repeat("x", 1000)); err != nil {
		t.Errorf("a password that is not listed: %v", err)
	}
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	wantError(t, f.SetPassword(t.Context(), model.Console, "bob", "not on any list"), errs.Unavailable, "cannot be read")
}

func TestRevokeAllEndsTokensAndLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob, eve := f.person(t, "bob"), f.person(t, "eve")
	_, secret := f.token(t, bob, identity.NewToken{Name: "one"})
	_, other := f.token(t, eve, identity.NewToken{Name: "one"})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.RevokeAll(t.Context(), byToken)
	wantError(t, err, errs.Forbidden, "Sign in with your password")
	if o, err := f.Outstanding(t.Context(), bob); err != nil || o != (identity.Outstanding{Tokens: 1}) {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := f.RevokeAll(t.Context(), bob); err != nil || o != (identity.Outstanding{Tokens: 1}) {
		t.Errorf("%+v, %v", o, err)
	}
	_, err = f.Bearer(t.Context(), secret)
	wantError(t, err, errs.Unauthenticated, "")
	if _, err := f.Bearer(t.Context(), other); err != nil {
		t.Errorf("somebody else's token: %v", err)
	}
}
