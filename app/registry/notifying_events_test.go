package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

var root = model.Actor{UserID: 900, Name: "root", Admin: true, Scope: model.ScopeAll}

// recorded gives what was recorded, oldest first, as "who action target", without digests.
func (f *fixture) recorded(filter registry.EventFilter) []string {
	f.t.Helper()
	var list []string
	must(f.t, f.EachEvent(f.ctx(), root, ref.Path{}, filter, func(e model.Event) error {
		target, _, _ := strings.Cut(e.Target, "@")
		list = append([]string{strings.TrimSpace(e.Actor + " " + e.Action + " " + target)}, list...)
		return nil
	}))
	return list
}

func TestEveryChangeRecordsWhatItDid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	lab, hello := path(t, "lab"), path(t, "lab/hello")
	public := true
	var image model.Image
	var share model.Share
	var invitation string
	f.push(alice, "other/thing", "v1", "amd64", 99)
	for _, step := range []struct {
		do   func() error
		want []string
	}{
		{func() error {
			_, err := f.CreateCollection(f.ctx(), alice, lab, registry.NewCollection{})
			return err
		}, []string{"alice collection.create library/lab"}},
		{func() error {
			_, err := f.ChangeCollection(f.ctx(), alice, lab, registry.CollectionChange{Public: &public})
			return err
		}, []string{"alice collection.change library/lab"}},
		{func() error { image = f.push(alice, "lab/hello", "v1", "amd64", 1); return nil },
			[]string{"alice container.create library/lab/hello", "alice push library/lab/hello:v1"}},
		{func() error { f.push(alice, "lab/hello", "v1", "amd64", 2); return nil }, []string{"alice push library/lab/hello:v1"}},
		{func() error { return only(f.SetTag(f.ctx(), alice, hello, "v2", byDigest(image.Digest))) }, []string{"alice tag.set library/lab/hello:v2"}},
		{func() error { return f.FreezeTag(f.ctx(), alice, hello, "v2", true) }, []string{"alice tag.freeze library/lab/hello:v2"}},
		{func() error { return f.FreezeTag(f.ctx(), alice, hello, "v2", false) }, []string{"alice tag.thaw library/lab/hello:v2"}},
		{func() error { return f.FreezeContainer(f.ctx(), alice, hello, true) }, []string{"alice container.freeze library/lab/hello"}},
		{func() error { return f.FreezeContainer(f.ctx(), alice, hello, false) }, []string{"alice container.thaw library/lab/hello"}},
		{func() error {
			var err error
			share, _, err = f.Share(f.ctx(), alice, hello, tag("v2"), "", time.Hour)
			return err
		}, []string{"alice share.create library/lab/hello:v2"}},
		{func() error { return f.Unshare(f.ctx(), alice, share.ID) }, []string{"alice share.remove library/lab/hello"}},
		{func() error {
			return f.SetRole(f.ctx(), alice, lab, model.RoleAssignment{User: "bob", Role: model.Contributor})
		}, []string{"alice grant.set library/lab"}},
		{func() error { return f.SetRole(f.ctx(), alice, lab, model.RoleAssignment{User: "bob"}) }, []string{"alice grant.remove library/lab"}},
		{func() error { return only(f.DeleteTag(f.ctx(), alice, hello, "v2", "")) }, []string{"alice tag.delete library/lab/hello:v2"}},
		{func() error { return only(f.DeleteImage(f.ctx(), alice, hello, image.Content)) }, []string{"alice image.delete library/lab/hello"}},
		{func() error { return f.DeleteBlob(f.ctx(), alice, hello, image.Content) }, []string{"alice blob.delete library/lab/hello"}},
		{func() error { return only(f.DeleteContainer(f.ctx(), alice, hello)) }, []string{"alice container.delete library/lab/hello"}},
		{func() error { return only(f.DeleteCollection(f.ctx(), alice, lab)) }, []string{"alice collection.delete library/lab"}},
		{func() error {
			_, err := f.CreateTeam(f.ctx(), alice, "crew", model.ByInvitation)
			return err
		}, []string{"alice team.create crew"}},
		{func() (err error) { _, invitation, err = f.Invite(f.ctx(), alice, "crew", 0); return err }, []string{"alice team.invite crew"}},
		{func() error { _, err := f.Accept(f.ctx(), bob, invitation); return err }, []string{"bob team.join crew"}},
		{func() error { return f.SetMember(f.ctx(), alice, "crew", "bob", true) }, []string{"alice team.member crew"}},
		{func() error { return f.Leave(f.ctx(), bob, "crew") }, []string{"bob team.leave crew"}},
		{func() error { return f.SetMember(f.ctx(), alice, "crew", "bob", false) }, []string{"alice team.member crew"}},
		{func() error { return f.RemoveMember(f.ctx(), alice, "crew", "bob") }, []string{"alice team.remove crew"}},
		{func() error { return f.DeleteTeam(f.ctx(), alice, "crew") }, []string{"alice team.delete crew"}},
		// Reading is no change, and what failed has changed nothing.
		{func() error { _, err := f.find(alice, "other/thing", "v1", ""); return err }, nil},
		{func() error { f.DeleteTag(f.ctx(), bob, path(t, "other/thing"), "v1", ""); return nil }, nil},
		{func() error { f.SetTag(f.ctx(), alice, path(t, "other/thing"), "v2", tag("none")); return nil }, nil},
	} {
		before := len(f.recorded(registry.EventFilter{}))
		must(t, step.do())
		if diff := cmp.Diff(step.want, f.recorded(registry.EventFilter{})[before:], cmpEmpty); diff != "" {
			t.Error(diff)
		}
	}
}

// cmpEmpty takes no list for an empty one.
var cmpEmpty = cmp.Transformer("empty", func(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
})

func TestEventTellsWhoFromWhereByWhat(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.token(&alice, "abcdef", "ci")
	alice.Source, alice.Request = "192.0.2.7", "r1"
	image := f.push(alice, "lab/hello", "v1", "amd64", 1)
	list, _, err := f.Events(f.ctx(), root, ref.Path{}, registry.EventFilter{Action: model.Pushed}, model.Page{})
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d events", len(list))
	}
	want := alice.Did(model.Pushed, "library/lab/hello:v1", "digest", image.Content.String(), "kind", "sif", "arch", "amd64", "tag", "v1",
		"size", fmt.Sprint(image.Size)).In(image.CollectionID)
	want.ID, want.At = list[0].ID, list[0].At
	if diff := cmp.Diff(want, list[0]); diff != "" {
		t.Error(diff)
	}
}

func TestOwnerSeesEventsOfHisCollectionOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "v1", "amd64", 1)
	f.push(bob, "zoo/hello", "v1", "amd64", 2)
	list, _, err := f.Events(f.ctx(), alice, path(t, "lab"), registry.EventFilter{Collection: 12345}, model.Page{})
	must(t, err)
	for _, e := range list {
		if !strings.HasPrefix(e.Target, "library/lab") {
			t.Errorf("alice sees %s", e.Target)
		}
	}
	if len(list) != 3 {
		t.Errorf("%d events", len(list))
	}
	_, _, err = f.Events(f.ctx(), alice, ref.Path{}, registry.EventFilter{}, model.Page{})
	wants(t, errs.Forbidden, err)
	_, _, err = f.Events(f.ctx(), model.Anonymous, ref.Path{}, registry.EventFilter{}, model.Page{})
	wants(t, errs.Unauthenticated, err)
	_, _, hidden := f.Events(f.ctx(), bob, path(t, "lab"), registry.EventFilter{}, model.Page{})
	_, _, missing := f.Events(f.ctx(), bob, path(t, "nil"), registry.EventFilter{}, model.Page{})
	wants(t, errs.NotFound, hidden)
	if strings.ReplaceAll(errs.Message(hidden), "lab", "nil") != errs.Message(missing) {
		t.Errorf("%q, %q", errs.Message(hidden), errs.Message(missing))
	}
}

// SQLite gives the number of the last row anew once it is gone.
func TestNextCollectionDoesNotInheritEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "secret/hello", "v1", "amd64", 1)
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "secret"))))
	_, err := f.CreateCollection(f.ctx(), bob, path(t, "mine"), registry.NewCollection{})
	must(t, err)
	list, _, err := f.Events(f.ctx(), bob, path(t, "mine"), registry.EventFilter{}, model.Page{})
	must(t, err)
	if len(list) != 1 || list[0].Action != model.CollectionCreated {
		t.Errorf("%v", list)
	}
}

func TestFiltersAndPagesOfEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	alice.Source = "192.0.2.7"
	for n := range 5 {
		f.push(alice, "lab/hello", fmt.Sprint("v", n), "amd64", uint64(n))
		f.ahead.Add(int64(time.Hour))
	}
	f.push(bob, "zoo/hello", "v1", "amd64", 9)
	must(t, f.FreezeTag(f.ctx(), bob, path(t, "zoo/hello"), "v1", true))
	middle := time.Now().Add(150 * time.Minute)
	no := false
	for name, c := range map[string]struct {
		filter registry.EventFilter
		want   int
	}{
		"all":             {registry.EventFilter{}, 7 + 4 + 1 - 1},
		"by an actor":     {registry.EventFilter{Actor: "bob"}, 4},
		"by a word":       {registry.EventFilter{Action: "push"}, 6},
		"by a first word": {registry.EventFilter{Action: "collection"}, 2},
		"below a target":  {registry.EventFilter{Target: "library/lab/hello"}, 6},
		"since":           {registry.EventFilter{Since: middle, Action: "push"}, 3},
		"until":           {registry.EventFilter{Until: middle, Action: "push"}, 3},
		"from a source":   {registry.EventFilter{Source: "192.0.2.7", Action: "push"}, 5},
		"not denied":      {registry.EventFilter{Denied: &no, Actor: "alice"}, 7},
	} {
		if got := f.recorded(c.filter); len(got) != c.want {
			t.Errorf("%s: %d events, want %d: %v", name, len(got), c.want, got)
		}
	}
	var paged []string
	page := model.Page{Limit: 2}
	for {
		list, next, err := f.Events(f.ctx(), root, ref.Path{}, registry.EventFilter{}, page)
		must(t, err)
		for _, e := range list {
			paged = append([]string{e.Actor + " " + e.Action + " " + e.Target}, paged...)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(f.recorded(registry.EventFilter{}), paged); diff != "" {
		t.Error(diff)
	}
	_, _, err := f.Events(f.ctx(), root, ref.Path{}, registry.EventFilter{}, model.Page{After: "x"})
	wants(t, errs.Invalid, err)
}

func TestEventsEndAfterTheirTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.push(f.user("alice"), "lab/hello", "v1", "amd64", 1)
	_, err := f.Keeper.Sweep(f.ctx())
	must(t, err)
	if got := f.recorded(registry.EventFilter{}); len(got) != 3 {
		t.Fatalf("%v", got)
	}
	f.ahead.Add(int64(auditRetention + time.Hour))
	_, err = f.Keeper.Sweep(f.ctx())
	must(t, err)
	if got := f.recorded(registry.EventFilter{Until: time.Now()}); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
