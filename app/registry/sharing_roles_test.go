package registry_test

import (
	"fmt"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
)

func TestGrantsOpenAndRevokesClose(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carol := f.user("alice"), f.user("bob"), f.user("carol")
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	_, err := f.CreateTeam(f.ctx(), alice, "imaging", "")
	must(t, err)
	must(t, f.SetMember(f.ctx(), alice, "imaging", "carol", false))
	sees := func(who model.Actor) bool { _, err := f.find(who, "lab/hello", "latest", ""); return err == nil }
	steps := []struct {
		grant      model.RoleAssignment
		bob, carol bool
	}{
		{model.RoleAssignment{User: "bob", Role: model.Contributor}, true, false},
		{model.RoleAssignment{Team: "imaging", Role: model.Contributor}, true, true},
		{model.RoleAssignment{User: "bob"}, false, true},
		{model.RoleAssignment{Team: "imaging"}, false, false},
	}
	for _, s := range steps {
		must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), s.grant))
		if sees(bob) != s.bob || sees(carol) != s.carol {
			t.Errorf("after %+v: bob %v, carol %v", s.grant, sees(bob), sees(carol))
		}
	}
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{Team: "imaging", Role: model.Contributor}))
	must(t, f.RemoveMember(f.ctx(), alice, "imaging", "carol"))
	if sees(carol) {
		t.Error("a removed member still sees")
	}
	wants(t, errs.Conflict, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "alice"}))
	wants(t, errs.NotFound, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "nobody", Role: model.Owner}))
	wants(t, errs.Invalid, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Team: "imaging", Role: model.Owner}))
	wants(t, errs.NotFound, f.SetRole(f.ctx(), bob, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	wants(t, errs.Forbidden, f.SetRole(f.ctx(), bob, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
}

func TestRolesOfACollectionAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice") // whose role is the first
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	f.user("bob")
	c, err := f.Collection(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error {
		for n := range 999 {
			u, err := tx.AddUser(f.ctx(), fmt.Sprintf("user%d", n), model.Person, "", false)
			if err != nil {
				return err
			}
			if err := tx.SetRole(f.ctx(), c.ID, model.RoleAssignment{User: u.Name, Role: model.Contributor}); err != nil {
				return err
			}
		}
		return nil
	}))
	one := model.RoleAssignment{User: "bob", Role: model.Contributor}
	wants(t, errs.Conflict, f.SetRole(f.ctx(), alice, path(t, "lab"), one))
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "user7", Role: model.Owner}))
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "user8"}))
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), one))
}

func TestInvitationWorksOnceAndExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carol := f.user("alice"), f.user("bob"), f.user("carol")
	_, err := f.CreateTeam(f.ctx(), alice, "imaging", model.ByInvitation)
	must(t, err)
	wants(t, errs.Forbidden, f.Join(f.ctx(), bob, "imaging"))
	_, _, err = f.Invite(f.ctx(), bob, "imaging", 0)
	wants(t, errs.Forbidden, err)
	_, secret, err := f.Invite(f.ctx(), alice, "imaging", time.Hour)
	must(t, err)
	_, err = f.Accept(f.ctx(), model.Anonymous, secret)
	wants(t, errs.Unauthenticated, err)
	_, err = f.Accept(f.ctx(), bob, "https://hub.example.org/invitations/"+secret)
	must(t, err)
	_, err = f.Accept(f.ctx(), carol, secret)
	wants(t, errs.NotFound, err)
	_, secret, err = f.Invite(f.ctx(), alice, "imaging", time.Hour)
	must(t, err)
	_, err = f.Accept(f.ctx(), bob, secret)
	wants(t, errs.Conflict, err) // and the invitation is still good for somebody else
	f.ahead.Store(int64(2 * time.Hour))
	_, err = f.Accept(f.ctx(), carol, secret)
	wants(t, errs.NotFound, err)
}

// Who is put out of a team must not come back by a link that he made before.
func TestInvitationEndsWithTheRightToInvite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carol := f.user("alice"), f.user("bob"), f.user("carol")
	_, err := f.CreateTeam(f.ctx(), alice, "imaging", model.ByInvitation)
	must(t, err)
	must(t, f.SetMember(f.ctx(), alice, "imaging", "bob", true))
	_, secret, err := f.Invite(f.ctx(), bob, "imaging", time.Hour)
	must(t, err)
	must(t, only(f.Invitation(f.ctx(), secret)))
	dead := func(when string) {
		t.Helper()
		if _, err := f.Invitation(f.ctx(), secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("shown %s: %v", when, err)
		}
		if _, err := f.Accept(f.ctx(), carol, secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("accepted %s: %v", when, err)
		}
	}
	must(t, f.SetMember(f.ctx(), alice, "imaging", "bob", false))
	dead("of a plain member")
	must(t, f.RemoveMember(f.ctx(), alice, "imaging", "bob"))
	dead("of one who is out")
	must(t, f.SetMember(f.ctx(), alice, "imaging", "bob", true))
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetDisabled(f.ctx(), bob.UserID, true) }))
	dead("of one who is suspended")
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetDisabled(f.ctx(), bob.UserID, false) }))
	must(t, only(f.Invitation(f.ctx(), secret)))
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.DeleteUser(f.ctx(), bob.UserID) }))
	dead("of one who has left")
}

func TestTeamKeepsAnOwner(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	_, err := f.CreateTeam(f.ctx(), alice, "imaging", model.Open)
	must(t, err)
	_, err = f.CreateTeam(f.ctx(), bob, "imaging", model.Open)
	wants(t, errs.Conflict, err)
	_, err = f.CreateTeam(f.ctx(), bob, "api", model.Open)
	wants(t, errs.Invalid, err)
	wants(t, errs.Conflict, f.Leave(f.ctx(), alice, "imaging"))
	wants(t, errs.Conflict, f.SetMember(f.ctx(), alice, "imaging", "alice", false))
	must(t, f.Join(f.ctx(), bob, "imaging"))
	wants(t, errs.Forbidden, f.SetMember(f.ctx(), bob, "imaging", "bob", true))
	must(t, f.SetMember(f.ctx(), alice, "imaging", "bob", true))
	must(t, f.Leave(f.ctx(), alice, "imaging"))
	_, members, _, err := f.Team(f.ctx(), alice, "imaging", model.Page{})
	if must(t, err); members != nil {
		t.Errorf("who left still sees the members: %v", members)
	}
	f.push(bob, "imaging/tools/x", "1", "amd64", 1)
	wants(t, errs.Conflict, f.DeleteTeam(f.ctx(), bob, "imaging"))
	must(t, only(f.DeleteCollection(f.ctx(), bob, path(t, "imaging/tools"))))
	must(t, f.DeleteTeam(f.ctx(), bob, "imaging"))
}

func TestWhoCreatesWhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	_, err := f.CreateTeam(f.ctx(), alice, "imaging", model.Open)
	must(t, err)
	must(t, f.Join(f.ctx(), bob, "imaging"))
	for _, c := range []struct {
		who  model.Actor
		name string
		want errs.Kind
	}{
		{bob, "alice/tools", errs.Forbidden},
		{bob, "imaging/tools", errs.Forbidden},
		{bob, "api", errs.Invalid},
		{model.Anonymous, "lab", errs.Unauthenticated},
	} {
		if _, err := f.CreateCollection(f.ctx(), c.who, path(t, c.name), registry.NewCollection{}); !errs.Is(err, c.want) {
			t.Errorf("%s makes %s: %v", c.who.Name, c.name, err)
		}
	}
	for _, name := range []string{"alice/tools", "imaging/tools", "lab"} {
		_, err := f.CreateCollection(f.ctx(), alice, path(t, name), registry.NewCollection{})
		must(t, err)
	}
	_, err = f.CreateCollection(f.ctx(), bob, path(t, "lab"), registry.NewCollection{})
	wants(t, errs.Conflict, err)
	_, err = f.CreateCollection(f.ctx(), bob, path(t, "alice"), registry.NewCollection{})
	wants(t, errs.Forbidden, err) // alice is a namespace; this is her default collection
}

func TestShareOpensOneImageUntilItEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	pushed := f.push(alice, "lab/hello", "latest", "amd64", 1)
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	_, _, err := f.Share(f.ctx(), bob, path(t, "lab/hello"), tag("latest"), "", 0)
	wants(t, errs.Forbidden, err)
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	share, secret, err := f.Share(f.ctx(), bob, path(t, "lab/hello"), tag("latest"), "", time.Hour)
	must(t, err)
	got, err := f.SharedImage(f.ctx(), secret)
	must(t, err)
	if got.Digest != pushed.Digest || got.FileName() != "hello_latest.sif" {
		t.Errorf("the link leads to %+v", got)
	}
	// Whoever may no longer share it has no living links.
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Contributor}))
	_, err = f.SharedImage(f.ctx(), secret)
	wants(t, errs.NotFound, err)
	must(t, f.SetRole(f.ctx(), alice, path(t, "lab"), model.RoleAssignment{User: "bob", Role: model.Owner}))
	list, _, err := f.Shares(f.ctx(), alice, path(t, "lab/hello"), model.Page{})
	must(t, err)
	if len(list) != 1 || list[0].ID != share.ID || list[0].By != "bob" || list[0].Image != "lab/hello:latest" {
		t.Errorf("links %+v", list)
	}
	must(t, f.Unshare(f.ctx(), alice, share.ID))
	_, err = f.SharedImage(f.ctx(), secret)
	wants(t, errs.NotFound, err)
	_, secret, err = f.Share(f.ctx(), alice, path(t, "lab/hello"), tag("latest"), "", time.Hour)
	must(t, err)
	f.ahead.Store(int64(2 * time.Hour))
	_, err = f.SharedImage(f.ctx(), secret)
	wants(t, errs.NotFound, err)
}

// The number of a collection that is gone with its namespace is given to the next one,
// whose owners must not see what was done in it; and nothing of it may be counted any more.
func TestCollectionThatGoesWithItsNamespaceLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	next := func() {
		t.Helper()
		f.sound()
		for _, name := range []string{"bob/one", "bob/two"} {
			must(t, only(f.CreateCollection(f.ctx(), bob, path(t, name), registry.NewCollection{})))
			list, _, err := f.Events(f.ctx(), bob, path(t, name), registry.EventFilter{}, model.Page{})
			must(t, err)
			for _, e := range list {
				if e.Actor != "bob" {
					t.Errorf("bob sees that %s did %s to %s", e.Actor, e.Action, e.Target)
				}
			}
		}
		for _, name := range []string{"bob/one", "bob/two"} {
			must(t, only(f.DeleteCollection(f.ctx(), bob, path(t, name))))
		}
		f.age(48 * time.Hour)
		f.sweep()
	}
	must(t, only(f.CreateTeam(f.ctx(), alice, "imaging", model.ByInvitation)))
	f.push(alice, "imaging/secret/x", "1", "amd64", 1)
	f.push(alice, "imaging/secret/x", "2", "amd64", 2)
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "imaging/secret"))))
	must(t, f.DeleteTeam(f.ctx(), alice, "imaging"))
	next()

	carol := f.user("carol")
	f.push(carol, "carol/x", "1", "amd64", 3)
	must(t, only(f.DeleteContainer(f.ctx(), carol, path(t, "carol/x"))))
	f.age(48 * time.Hour)
	f.sweep()
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.DeleteUser(f.ctx(), carol.UserID) }))
	next()
}
