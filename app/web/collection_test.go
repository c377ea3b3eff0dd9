package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

func TestHomeListsWhatTheVisitorMaySee(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "https://hub.example.org")
	alice := f.User(t, "alice")
	bob := f.User(t, "bob")
	f.Push(t, alice, "open/hello", "latest", siftest.Options{})
	f.Push(t, alice, "secret/hello", "latest", siftest.Options{})
	f.Publish(t, alice, "open")
	for who, want := range map[*browser][]string{
		f.browser(t):         {"open"},
		f.signedIn(t, bob):   {"open"},
		f.signedIn(t, alice): {"open", "secret"},
	} {
		p := who.get("/").is(http.StatusOK).says(".address", "https://hub.example.org")
		if d := cmp.Diff(want, p.lines("table a.name")); d != "" {
			t.Errorf("%s sees (-want +got):\n%s", p.viewer(), d)
		}
		if got := p.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control: %q", got)
		}
	}
}

func TestHomeIsPaged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	var want []string
	for i := range model.DefaultLimit + 1 {
		name := fmt.Sprintf("c%03d", i)
		if _, err := f.Registry.CreateCollection(t.Context(), alice, doortest.Path(t, name), registry.NewCollection{}); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	b := f.signedIn(t, alice)
	first := b.get("/")
	second := b.get(first.Find("a[rel=next]").AttrOr("href", ""))
	if d := cmp.Diff(want, append(first.lines("table a.name"), second.lines("table a.name")...)); d != "" {
		t.Errorf("the pages hold (-want +got):\n%s", d)
	}
	if second.Find("a[rel=next]").Length() != 0 {
		t.Error("there is more after the end")
	}
}

func TestSiteThatRequiresSignInShowsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "", signInOnly())
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "open/hello", "latest", siftest.Options{})
	f.Publish(t, alice, "open")
	b := f.browser(t)
	if p := b.get("/").is(http.StatusOK); strings.Contains(p.html, "open") && p.Find("table").Length() > 0 {
		t.Error("the collection is listed")
	}
	b.get("/collections/library/open").leadsTo("/sign-in?next=%2Fcollections%2Flibrary%2Fopen")
	// Nor are lines offered by which nobody could pull.
	p := f.signedIn(t, alice).get("/containers/library/open/hello:latest").is(http.StatusOK).says("#about ~ dl", string(image.Content))
	for _, line := range p.lines(".commands pre") {
		if strings.Contains(line, "shub://") || strings.Contains(line, "library://127") {
			t.Errorf("a line that cannot work: %s", line)
		}
	}
}

func TestCollectionShowsContainersAndItsOwnersTheRoles(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	bob := f.User(t, "bob")
	f.Push(t, alice, "lab/hello", "old", siftest.Options{})
	f.clock.advance(time.Minute)
	f.Push(t, alice, "lab/hello", "2026.11", siftest.Options{})
	f.Push(t, alice, "lab/deep/name", "latest", siftest.Options{})
	f.SetRole(t, alice, "lab", "bob", model.Contributor)

	owner := f.signedIn(t, alice).get("/collections/library/lab").is(http.StatusOK).says("h1", "lab")
	if d := cmp.Diff([]string{"deep/name", "hello"}, owner.lines("th .name")); d != "" {
		t.Errorf("containers (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"latest", "2026.11", "old"}, owner.lines(".tags a")); d != "" {
		t.Errorf("tags, the newest first (-want +got):\n%s", d)
	}
	owner.says("section[aria-labelledby=members]", "bobcontributor")
	if got := owner.Find(".tags a").First().AttrOr("href", ""); got != "/containers/library/lab/deep/name:latest" {
		t.Errorf("the first tag leads to %q", got)
	}

	contributor := f.signedIn(t, bob).get("/collections/library/lab").is(http.StatusOK)
	if contributor.Find("section[aria-labelledby=members]").Length() != 0 {
		t.Error("a contributor sees the roles")
	}
}

func TestEmptyCollectionTellsItsOwnerHowToPush(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	bob := f.User(t, "bob")
	if _, err := f.Registry.CreateCollection(t.Context(), alice, doortest.Path(t, "lab"), registry.NewCollection{Public: true}); err != nil {
		t.Fatal(err)
	}
	f.signedIn(t, alice).get("/collections/library/lab").says("#push", "sregistry push --name lab/hello --tag latest hello.sif")
	for _, b := range []*browser{f.signedIn(t, bob), f.browser(t)} {
		if p := b.get("/collections/library/lab").is(http.StatusOK); p.Find("#push").Length() != 0 {
			t.Errorf("%q is told to push", p.viewer())
		}
	}
}

func TestManyTagsAreCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	image := f.Push(t, alice, "lab/hello", "v00", siftest.Options{})
	for i := range 24 {
		f.clock.advance(time.Second)
		_, err := f.Registry.SetTag(t.Context(), alice, image.Container.Path(), fmt.Sprintf("v%02d", i+1), ref.Reference{Tag: "v00"})
		if err != nil {
			t.Fatal(err)
		}
	}
	p := f.signedIn(t, alice).get("/collections/library/lab")
	tags := p.lines(".tags a.name")
	if len(tags) != 8 || tags[0] != "v24" {
		t.Errorf("tags %q", tags)
	}
	p.says(".tags", "and 17 more")
}
