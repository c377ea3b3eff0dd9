package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// undo brings a deletion back and fails the test if that does not work.
func (f *fixture) undo(a model.Actor, id int64) model.RestoreResult {
	f.t.Helper()
	if id == 0 {
		f.t.Fatal("nothing can be undone")
	}
	done, err := f.Restore(f.ctx(), a, id)
	must(f.t, err)
	return done
}

// recoverable gives what an actor can bring back everywhere, as "kind name".
func (f *fixture) recoverable(a model.Actor, in registry.DeletionFilter) []string {
	f.t.Helper()
	var all []string
	for p := (model.Page{Limit: 2}); ; {
		list, next, err := f.Deletions(f.ctx(), a, in, p)
		must(f.t, err)
		for _, d := range list {
			all = append(all, string(d.Kind)+" "+d.Name)
		}
		if next == "" {
			return all
		}
		p.After = next
	}
}

func TestTagThatWasMovedOrDeletedComesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/hello")
	one := f.push(alice, "lab/hello", "latest", "amd64", 1)
	arm := f.push(alice, "lab/hello", "latest", "arm64", 2)
	if list := f.recoverable(alice, registry.DeletionFilter{}); list != nil {
		t.Fatalf("nothing was moved, and yet: %v", list)
	}
	two := f.push(alice, "lab/hello", "latest", "amd64", 3)
	list, _, err := f.Deletions(f.ctx(), alice, registry.DeletionFilter{Container: at}, model.Page{})
	must(t, err)
	if len(list) != 1 || list[0].Kind != model.MovedTag || list[0].Name != "lab/hello:latest" || len(list[0].Images) != 2 || list[0].By != "alice" {
		t.Fatalf("recoverable: %+v", list)
	}
	f.undo(alice, list[0].ID)
	names := func(want ...model.Image) {
		t.Helper()
		for _, w := range want {
			if got, err := f.find(alice, "lab/hello", "latest", w.Arch); err != nil || got.ID != w.ID {
				t.Errorf("%s: image %d, %v; want %d", w.Arch, got.ID, err, w.ID)
			}
		}
	}
	names(one, arm)
	if m, err := f.Manifest(f.ctx(), alice, at, tag("latest")); err != nil || !strings.Contains(string(m.Body), string(one.Digest)) {
		t.Errorf("the index: %v", err)
	}
	list, _, err = f.Deletions(f.ctx(), alice, registry.DeletionFilter{}, model.Page{})
	must(t, err)
	f.undo(alice, list[0].ID) // the undoing
	names(two, arm)

	gone, err := f.DeleteTag(f.ctx(), alice, at, "latest", "")
	must(t, err)
	_, err = f.find(alice, "lab/hello", "latest", "")
	wants(t, errs.NotFound, err)
	f.undo(alice, gone)
	names(two, arm)
	if _, err := f.Restore(f.ctx(), alice, gone); !errs.Is(err, errs.NotFound) {
		t.Errorf("twice: %v", err)
	}

	part, err := f.DeleteTag(f.ctx(), alice, at, "latest", "arm64")
	must(t, err)
	f.push(alice, "lab/hello", "latest", "arm64", 4)
	_, err = f.Restore(f.ctx(), alice, part)
	wants(t, errs.Conflict, err)

	deletion, err := f.SetTag(f.ctx(), alice, at, "stable", byDigest(one.Digest))
	if must(t, err); deletion != 0 {
		t.Error("a new tag can be moved back")
	}
	deletion, err = f.SetTag(f.ctx(), alice, at, "stable", byDigest(two.Digest))
	must(t, err)
	must(t, f.FreezeTag(f.ctx(), alice, at, "stable", true))
	_, err = f.Restore(f.ctx(), alice, deletion)
	wants(t, errs.Frozen, err)
}

func TestImageComesBackWithTheTagsThatAreStillFree(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/hello")
	i := f.push(alice, "lab/hello", "a", "amd64", 1)
	must(t, only(f.SetTag(f.ctx(), alice, at, "b", byDigest(i.Digest))))
	id, err := f.DeleteImage(f.ctx(), alice, at, i.Content)
	must(t, err)
	f.push(alice, "lab/hello", "b", "amd64", 2)
	want := model.RestoreResult{Name: "lab/hello@" + string(i.Content), Tags: []string{"a"}, Taken: []string{"b"}}
	if diff := cmp.Diff(want, f.undo(alice, id)); diff != "" {
		t.Error(diff)
	}
	if got, err := f.find(alice, "lab/hello", "a", ""); err != nil || got.ID != i.ID {
		t.Errorf("a names %d, %v", got.ID, err)
	}

	id, err = f.DeleteImage(f.ctx(), alice, at, i.Content)
	must(t, err)
	f.push(alice, "lab/hello", "a", "amd64", 1) // comes back by being pushed
	wants(t, errs.NotFound, only(f.Restore(f.ctx(), alice, id)))
}

func TestContainerAndCollectionAreHiddenAndComeBackWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	root := model.Actor{UserID: bob.UserID, Name: "bob", Admin: true, Scope: model.ScopeAll}
	i := f.push(alice, "lab/hello", "latest", "amd64", 1)
	yes := true
	must(t, only(f.ChangeCollection(f.ctx(), alice, path(t, "lab"), registry.CollectionChange{Public: &yes})))
	f.Pulls.Count(i.ContainerID, i.Content)
	must(t, f.Pulls.Flush(f.ctx()))

	hidden := func() {
		t.Helper()
		for who, a := range map[string]model.Actor{"owner": alice, "admin": root, "anonymous": model.Anonymous} {
			var seen []string
			note := func(what string, n int) {
				if n > 0 {
					seen = append(seen, what)
				}
			}
			images, _, err := f.Images(f.ctx(), a, registry.ImageFilter{}, model.Page{})
			must(t, err)
			note("images", len(images))
			labels, _, err := f.Labels(f.ctx(), a, "", "", model.Page{})
			must(t, err)
			note("labels", len(labels))
			names, err := f.Catalog(f.ctx(), a, "", 10)
			must(t, err)
			note("catalog", len(names))
			for _, order := range []model.Order{model.ByName, model.Pulled} {
				browsed, err := f.Search(f.ctx(), a, registry.Query{Kind: model.KindContainer, Order: order}, model.Page{})
				must(t, err)
				note("browsing by "+string(order), len(browsed.Containers))
			}
			keys, _, err := f.LabelKeys(f.ctx(), a, model.Page{})
			must(t, err)
			note("label keys", len(keys))
			arches, err := f.Arches(f.ctx(), a)
			must(t, err)
			note("architectures", len(arches))
			home, err := f.Home(f.ctx(), a, registry.HomeQuery{})
			must(t, err)
			note("the count", home.ContainerCount)
			note("the newest", len(home.Newest))
			found, err := f.Search(f.ctx(), a, registry.Query{Text: "hello"}, model.Page{})
			must(t, err)
			note("search", len(found.Containers)+len(found.Tags)+len(found.Collections))
			collections, _, err := f.Collections(f.ctx(), a, model.Page{})
			must(t, err)
			for _, c := range collections {
				note("containers of "+c.Name.String(), c.Containers)
				containers, _, err := f.Containers(f.ctx(), a, c.Name.Path(), model.Page{})
				must(t, err)
				note("containers", len(containers))
			}
			for what, err := range map[string]error{
				"tag":       only(f.find(a, "lab/hello", "latest", "")),
				"digest":    only(f.Image(f.ctx(), a, path(t, "lab/hello"), byDigest(i.Content), "")),
				"id":        only(f.ImageByID(f.ctx(), a, i.ID)),
				"manifest":  only(f.Manifest(f.ctx(), a, path(t, "lab/hello"), tag("latest"))),
				"blob":      only(f.blob(a, "lab/hello", i.Content)),
				"container": only(f.Container(f.ctx(), a, path(t, "lab/hello"))),
			} {
				if err == nil {
					seen = append(seen, what)
				}
			}
			if seen != nil {
				t.Errorf("the %s still sees %v", who, seen)
			}
		}
		wants(t, errs.NotFound, f.MountVisible(f.ctx(), alice, path(t, "alice/other"), i.Content))
	}
	back := func() {
		t.Helper()
		if got, err := f.find(model.Anonymous, "lab/hello", "latest", ""); err != nil || got.ID != i.ID || got.Pulls != 1 {
			t.Errorf("came back as %+v, %v", got, err)
		}
	}

	container, err := f.DeleteContainer(f.ctx(), alice, path(t, "lab/hello"))
	must(t, err)
	hidden()
	wants(t, errs.NotFound, only(f.Restore(f.ctx(), bob, container)))
	wants(t, errs.Unauthenticated, only(f.Restore(f.ctx(), model.Anonymous, container)))
	f.push(alice, "lab/hello", "other", "amd64", 2)
	wants(t, errs.Conflict, only(f.Restore(f.ctx(), alice, container)))
	again, err := f.DeleteContainer(f.ctx(), alice, path(t, "lab/hello"))
	must(t, err)
	f.undo(alice, container)
	back()
	must(t, f.Purge(f.ctx(), alice, again))

	inner, err := f.DeleteTag(f.ctx(), alice, path(t, "lab/hello"), "latest", "")
	must(t, err)
	collection, err := f.DeleteCollection(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	hidden()
	wants(t, errs.NotFound, only(f.Restore(f.ctx(), alice, inner))) // its collection comes first
	if list := f.recoverable(alice, registry.DeletionFilter{}); len(list) != 1 || list[0] != "collection lab" {
		t.Errorf("recoverable: %v", list)
	}
	if list := f.recoverable(bob, registry.DeletionFilter{}); list != nil {
		t.Errorf("a stranger could bring back %v", list)
	}
	must(t, only(f.CreateCollection(f.ctx(), root, path(t, "lab"), registry.NewCollection{})))
	wants(t, errs.Conflict, only(f.Restore(f.ctx(), alice, collection)))
	must(t, only(f.DeleteCollection(f.ctx(), root, path(t, "lab"))))
	f.undo(alice, collection)
	f.undo(alice, inner)
	back()
}

func TestDeletedThingsGoForGoodAfterTheGracePeriodOrWhenPurged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.push(alice, "lab/a", "latest", "amd64", 1)
	f.push(alice, "lab/b", "latest", "amd64", 2)
	f.push(alice, "lab/b", "latest", "arm64", 3)
	kept := f.push(alice, "other/c", "latest", "amd64", 4)
	f.push(alice, "other/c", "latest", "amd64", 5)
	must(t, only(f.DeleteContainer(f.ctx(), alice, path(t, "lab/a"))))
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "lab"))))
	f.age(23 * time.Hour)
	f.sweep()
	if list := f.recoverable(alice, registry.DeletionFilter{}); len(list) != 2 {
		t.Fatalf("within the grace period: %v", list)
	}
	if n := f.files(); n != 6 {
		t.Errorf("%d files", n)
	}
	f.age(2 * time.Hour)
	f.sweep()
	if list := f.recoverable(alice, registry.DeletionFilter{}); list != nil {
		t.Errorf("after it: %v", list)
	}
	if n := f.files(); n != 2 { // the image and the config
		t.Errorf("%d files are left", n)
	}

	f.push(alice, "other/c", "latest", "amd64", 6)
	id, err := f.DeleteImage(f.ctx(), alice, path(t, "other/c"), f.push(alice, "other/c", "gone", "amd64", 7).Content)
	must(t, err)
	must(t, f.Purge(f.ctx(), alice, id))
	wants(t, errs.NotFound, only(f.Restore(f.ctx(), alice, id)))
	if u, err := f.Usage(f.ctx(), alice, path(t, "other")); err != nil || u.Used < 2*kept.Size || u.Used-u.Metadata > 3*kept.Size {
		t.Errorf("%+v, %v; want two images of %d and a config", u, err, kept.Size)
	}
}
