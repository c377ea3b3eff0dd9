package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

func TestOnlyAdminsManageAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	root, bob := f.admin(t, "root"), f.person(t, "bob")
	robot := f.create(t, identity.NewUser{Name: "ci", Kind: model.Robot})
	weak, narrowed := root, root
	weak.Scope, narrowed.Only = model.ScopeRead|model.ScopeWrite|model.ScopeDelete, []int64{1}
	uses := map[string]func(model.Actor) error{
		"create": func(a model.Actor) error {
			_, err := f.CreateUser(t.Context(), a, identity.NewUser{Name: "x"})
			return err
		},
		"password": func(a model.Actor) error { return f.SetPassword(t.Context(), a, "bob", password) },
		"disable":  func(a model.Actor) error { return f.SetDisabled(t.Context(), a, "bob", true) },
		"admin":    func(a model.Actor) error { return f.SetAdmin(t.Context(), a, "bob", true) },
		"list":     func(a model.Actor) error { _, _, err := f.Users(t.Context(), a, "", model.Page{}); return err },
		"find":     func(a model.Actor) error { _, err := f.UserByName(t.Context(), a, "ci"); return err },
		"token": func(a model.Actor) error {
			_, _, err := f.CreateToken(t.Context(), a, identity.NewToken{User: "ci", Name: "x"})
			return err
		},
		"tokens": func(a model.Actor) error { _, _, err := f.Tokens(t.Context(), a, "ci", model.Page{}); return err },
		"revoke": func(a model.Actor) error { return f.RevokeToken(t.Context(), a, "ci", "x") },
	}
	for name, use := range uses {
		wantError(t, use(model.Anonymous), errs.Unauthenticated, "Sign in")
		wantError(t, use(bob), errs.Forbidden, "administrator")
		wantError(t, use(weak), errs.Forbidden, "")
		if err := use(narrowed); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s with a narrowed token: %v", name, err)
		}
	}
	if robot.UserID == 0 {
		t.Error("the robot has no id")
	}
	if u, err := f.UserByName(t.Context(), bob, "bob"); err != nil || u.ID != bob.UserID {
		t.Errorf("bob finds himself: %v, %v", u, err)
	}
}

func TestNewAccountsAreHeldToTheRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	for _, c := range []struct {
		user  identity.NewUser
		kind  errs.Kind
		words string
	}{
		{identity.NewUser{Name: "Bob", Password: password}, errs.Invalid, "lower case"},
		{identity.NewUser{Name: "library", Password: password}, errs.Conflict, "reserved"},
		{identity.NewUser{Name: "bob", Password: password}, errs.Conflict, "taken"},
		{identity.NewUser{Name: "carol", Password: "short"}, errs.Invalid, "too short"},
		{identity.NewUser{Name: "carol", Password: string(make([]byte, 1025))}, errs.Invalid, "too long"},
		{identity.NewUser{Name: "caroline-the-great", Password: "Caroline-The-Great"}, errs.Invalid, "is the name"},
		{identity.NewUser{Name: "carol", Password: "sregistry_abcdefgh"}, errs.Invalid, "token"},
		{identity.NewUser{Name: "ci", Kind: model.Robot, Password: password}, errs.Invalid, "robot"},
		{identity.NewUser{Name: "ci", Kind: model.Robot, Admin: true}, errs.Invalid, "robot"},
		{identity.NewUser{Name: "ci", Kind: "ghost"}, errs.Invalid, "kind of user"},
	} {
		_, err := f.CreateUser(t.Context(), model.Console, c.user)
		wantError(t, err, c.kind, c.words)
	}
	if n, err := f.CountUsers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d users, %v", n, err)
	}
}

func TestLastAdminStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.admin(t, "root")
	f.person(t, "bob")
	wantError(t, f.SetAdmin(t.Context(), model.Console, "root", false), errs.Conflict, "last administrator")
	wantError(t, f.SetDisabled(t.Context(), model.Console, "root", true), errs.Conflict, "last administrator")
	if err := f.SetAdmin(t.Context(), model.Console, "bob", true); err != nil {
		t.Fatal(err)
	}
	if err := f.SetDisabled(t.Context(), model.Console, "root", true); err != nil {
		t.Fatal(err)
	}
	// A disabled admin does not count.
	wantError(t, f.SetAdmin(t.Context(), model.Console, "bob", false), errs.Conflict, "last administrator")
	wantError(t, f.SetDisabled(t.Context(), model.Console, "nobody", true), errs.NotFound, "no user")
}

func TestUsersAreListedInPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, name := range []string{"carol", "alice", "bob"} {
		f.person(t, name)
	}
	var names []string
	page := model.Page{Limit: 2}
	for range 3 {
		users, next, err := f.Users(t.Context(), model.Console, "", page)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			names = append(names, u.Name)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"alice", "bob", "carol"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestRobotHasNeitherPasswordNorPower(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	robot := f.create(t, identity.NewUser{Name: "ci", Kind: model.Robot})
	wantError(t, f.SetPassword(t.Context(), model.Console, "ci", password), errs.Conflict, "robot")
	wantError(t, f.SetAdmin(t.Context(), model.Console, "ci", true), errs.Conflict, "robot")
	token, secret, err := f.CreateToken(t.Context(), model.Console, identity.NewToken{User: "ci", Name: "a"})
	if err != nil || token.UserID != robot.UserID {
		t.Fatalf("%+v, %v", token, err)
	}
	if a, err := f.Bearer(t.Context(), secret); err != nil || a.Name != "ci" || a.Admin {
		t.Errorf("%+v, %v", a, err)
	}
	if err := f.SetDisabled(t.Context(), model.Console, "ci", true); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.CreateToken(t.Context(), model.Console, identity.NewToken{User: "ci", Name: "b"})
	wantError(t, err, errs.Conflict, "disabled")
}
