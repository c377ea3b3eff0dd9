package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// call gives a user a full name.
func (f *fixture) call(a model.Actor, full string) {
	f.t.Helper()
	must(f.t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetFullName(f.ctx(), a.UserID, full) }))
}

// credits tells who did what to lab/x, as lists tell it: "what: name, full name".
func (f *fixture) credits(who model.Actor) map[string]string {
	f.t.Helper()
	at, told := path(f.t, "lab/x"), map[string]string{}
	i, err := f.find(who, "lab/x", "v1", "")
	must(f.t, err)
	told["image"] = i.PushedBy + ", " + i.PusherFullName
	tags, _, err := f.Tags(f.ctx(), who, at, model.Page{})
	must(f.t, err)
	told["tag"] = tags[0].Images[0].PushedBy + ", " + tags[0].Images[0].PusherFullName
	r, err := f.Readme(f.ctx(), who, at)
	must(f.t, err)
	told["readme"] = r.By + ", " + r.ByFullName
	gone, _, err := f.Deletions(f.ctx(), who, registry.DeletionFilter{}, model.Page{})
	must(f.t, err)
	told["deletion"] = gone[0].By + ", " + gone[0].ByFullName
	links, _, err := f.Shares(f.ctx(), who, at, model.Page{})
	must(f.t, err)
	for _, s := range links {
		told["share"] = s.By + ", " + s.ByFullName
	}
	uploads, err := f.OpenUploads(f.ctx(), model.Console)
	must(f.t, err)
	for _, u := range uploads {
		told["upload"] = u.User + ", " + u.UserFullName
	}
	events, _, err := f.Events(f.ctx(), model.Console, ref.Path{}, registry.EventFilter{Action: model.Pushed}, model.Page{})
	must(f.t, err)
	told["event"] = events[len(events)-1].Actor + ", " + events[len(events)-1].ActorFullName
	return told
}

func TestFullNamesAreToldBesideWhatPeopleDid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	at := path(t, "lab/x")
	f.call(bob, "Bob Ross")
	f.push(bob, "lab/x", "v1", "amd64", 1)
	f.push(bob, "lab/x", "v2", "amd64", 2)
	must(t, only(f.DeleteTag(f.ctx(), bob, at, "v2", "")))
	must(t, only(f.SetReadme(f.ctx(), bob, at, "Hello", 0)))
	must(t, shareError(f.Share(f.ctx(), bob, at, tag("v1"), "", 0)))
	must(t, only(f.BeginUpload(f.ctx(), bob, at, registry.Announcement{})))
	must(t, f.SetRole(f.ctx(), bob, path(t, "lab"), model.RoleAssignment{User: "alice", Role: model.Owner}))
	all := func(who string) map[string]string {
		return map[string]string{"image": who, "tag": who, "readme": who, "deletion": who, "share": who, "upload": who, "event": who}
	}
	if d := cmp.Diff(all("bob, Bob Ross"), f.credits(alice)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	f.call(bob, "") // counts at once
	if d := cmp.Diff(all("bob, "), f.credits(alice)); d != "" {
		t.Errorf("without one (-want +got):\n%s", d)
	}

	// What a deleted account did is nobody else's, though another has its number or its name.
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.DeleteUser(f.ctx(), bob.UserID) }))
	carol := f.user("carol")
	f.call(carol, "Carol C.")
	if carol.UserID != bob.UserID {
		t.Fatalf("the number %d was not given again", bob.UserID)
	}
	want := map[string]string{"image": ", ", "tag": ", ", "readme": ", ", "deletion": ", ", "event": "bob, "}
	if d := cmp.Diff(want, f.credits(alice)); d != "" {
		t.Errorf("deleted (-want +got):\n%s", d)
	}
	f.age(2 * time.Second)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.DeleteUser(f.ctx(), carol.UserID) }))
	f.call(f.user("bob"), "Another Bob")
	if d := cmp.Diff(want, f.credits(alice)); d != "" {
		t.Errorf("with a namesake (-want +got):\n%s", d)
	}
}

func shareError(_ model.Share, _ string, err error) error { return err }
