package identity_test

import (
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

func TestPasswordLinkIsGoodOnceAndNotForLong(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	root := f.admin(t, "root")
	if _, err := f.CreateUser(t.Context(), root, identity.NewUser{Name: "bob", FullName: "Bob Ross", Later: true}); err != nil {
		t.Fatal(err)
	}
	_, err := f.Password(t.Context(), "192.0.2.1", "bob", "")
	wantError(t, err, errs.Unauthenticated, "")
	first, _, err := f.NewPasswordLink(t.Context(), root, "bob")
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := f.NewPasswordLink(t.Context(), root, "bob")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.CheckPasswordLink(t.Context(), first)
	wantError(t, err, errs.NotFound, "used")
	if u, err := f.CheckPasswordLink(t.Context(), secret); err != nil || u.Name != "bob" || u.FullName != "Bob Ross" {
		t.Fatalf("%+v, %v", u, err)
	}
	_, err = f.UsePasswordLink(t.Context(), secret, "short")
	wantError(t, err, errs.Invalid, "too short")
	a, err := f.UsePasswordLink(t.Context(), secret, password)
	if err != nil || a.Name != "bob" || a.Via != model.ByPassword {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := f.Password(t.Context(), "192.0.2.1", "bob", password); err != nil {
		t.Error(err)
	}
	_, err = f.UsePasswordLink(t.Context(), secret, password)
	wantError(t, err, errs.NotFound, "used")

	if secret, _, err = f.NewPasswordLink(t.Context(), root, "bob"); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(identity.PasswordLinkLife + time.Second)
	_, err = f.UsePasswordLink(t.Context(), secret, password)
	wantError(t, err, errs.NotFound, "too old")

	robot := f.create(t, identity.NewUser{Name: "ci", Kind: model.Robot})
	_, _, err = f.NewPasswordLink(t.Context(), root, robot.Name)
	wantError(t, err, errs.Conflict, "robot")
	_, _, err = f.NewPasswordLink(t.Context(), a, "root")
	wantError(t, err, errs.Forbidden, "administrator")
}

func TestFullNameIsHeldToTheRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	if err := f.SetFullName(t.Context(), bob, "  Bob 👩🏽‍🔬 Ross "); err != nil {
		t.Fatal(err)
	}
	if u, err := f.UserByName(t.Context(), bob, "bob"); err != nil || u.FullName != "Bob 👩🏽‍🔬 Ross" {
		t.Errorf("%q, %v", u.FullName, err)
	}
	wantError(t, f.SetFullName(t.Context(), bob, "a\x00b"), errs.Invalid, "cannot be seen")
	wantError(t, f.SetFullName(t.Context(), model.Anonymous, "x"), errs.Unauthenticated, "")
}
