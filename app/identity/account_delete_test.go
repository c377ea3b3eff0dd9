package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// collection makes a collection with an owner.
func (f *fixture) collection(t *testing.T, name ref.Collection, owner model.Actor) {
	t.Helper()
	err := f.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddCollection(t.Context(), name, true, "", owner.UserID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// grant makes somebody an owner of a collection.
func (f *fixture) grant(t *testing.T, name ref.Collection, g model.RoleAssignment) {
	t.Helper()
	err := f.db.Update(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Collection(t.Context(), name, 0)
		if err != nil {
			return err
		}
		return tx.SetRole(t.Context(), c.ID, g)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAccountGoesOnlyWhenNothingIsLeftWithoutOwner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	root, bob, eve := f.admin(t, "root"), f.person(t, "bob"), f.person(t, "eve")
	lab, tools := ref.Collection{Namespace: "library", Name: "lab"}, ref.Collection{Namespace: "bob", Name: "tools"}
	f.collection(t, lab, bob)
	f.collection(t, tools, bob)
	err := f.db.Update(t.Context(), func(tx *store.Tx) error { return tx.AddTeam(t.Context(), "imaging", model.Open, bob.UserID) })
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.SoleOwnership(t.Context(), bob, "")
	if diff := cmp.Diff(identity.SoleOwnership{Collections: []ref.Collection{tools, lab}, Teams: []string{"imaging"}}, got); diff != "" || err != nil {
		t.Fatalf("%s%v", diff, err)
	}
	wantError(t, f.DeleteOwnAccount(t.Context(), bob, "192.0.2.1", password, "bob"), errs.Conflict, "hand them over")
	wantError(t, f.DeleteUser(t.Context(), root, "bob"), errs.Conflict, "hand them over")

	f.grant(t, lab, model.RoleAssignment{User: "eve", Role: model.Owner})
	f.grant(t, tools, model.RoleAssignment{User: "eve", Role: model.Owner})
	if err := f.db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteTeam(t.Context(), "imaging") }); err != nil {
		t.Fatal(err)
	}
	if err := f.SetDisabled(t.Context(), root, "eve", true); err != nil {
		t.Fatal(err)
	}
	wantError(t, f.DeleteOwnAccount(t.Context(), bob, "192.0.2.1", password, "bob"), errs.Conflict, "hand them over")
	if err := f.SetDisabled(t.Context(), root, "eve", false); err != nil {
		t.Fatal(err)
	}

	wantError(t, f.DeleteOwnAccount(t.Context(), bob, "192.0.2.1", "not the password", "bob"), errs.Invalid, "password is wrong")
	wantError(t, f.DeleteOwnAccount(t.Context(), bob, "192.0.2.1", password, "eve"), errs.Invalid, "not the name")
	byToken := bob
	byToken.Via = model.ByToken
	wantError(t, f.DeleteOwnAccount(t.Context(), byToken, "192.0.2.1", password, "bob"), errs.Forbidden, "token")
	if err := f.DeleteOwnAccount(t.Context(), bob, "192.0.2.1", password, "bob"); err != nil {
		t.Fatal(err)
	}
	_, err = f.Password(t.Context(), "192.0.2.1", "bob", password)
	wantError(t, err, errs.Unauthenticated, "")
	if held, err := f.SoleOwnership(t.Context(), eve, ""); err != nil || len(held.Collections) != 2 {
		t.Errorf("what was handed over: %v, %v", held, err)
	}
	// His namespace still holds a collection, so that nobody else may have its name.
	_, err = f.CreateUser(t.Context(), root, identity.NewUser{Name: "bob", Password: password})
	wantError(t, err, errs.Conflict, "taken")
	// An empty one is free again.
	f.person(t, "carol")
	if err := f.DeleteUser(t.Context(), root, "carol"); err != nil {
		t.Fatal(err)
	}
	f.person(t, "carol")
	wantError(t, f.DeleteUser(t.Context(), root, "root"), errs.Conflict, "last administrator")
	wantError(t, f.DeleteUser(t.Context(), eve, "carol"), errs.Forbidden, "administrator")
}
