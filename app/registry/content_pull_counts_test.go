package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

func TestPullsAreCountedByImageContainerAndDay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	one := f.push(alice, "lab/a", "latest", "amd64", 1)
	two := f.push(alice, "lab/b", "latest", "amd64", 2)
	for range 3 {
		f.Pulls.Count(one.ContainerID, one.Content)
	}
	f.Pulls.Count(two.ContainerID, two.Content)
	f.Pulls.Count(one.ContainerID, two.Content)                   // not there
	f.Pulls.Count(one.ContainerID, digest.FromString("{}"))       // no image's mark
	f.Pulls.Count(one.ContainerID, digest.FromString("whatever")) // nothing at all
	if p, err := f.containerPulls(alice, "lab/a", 30); err != nil || p.Total != 0 {
		t.Errorf("before they are written: %+v, %v", p, err)
	}
	must(t, f.Pulls.Flush(f.ctx()))
	f.Pulls.Count(one.ContainerID, one.Content)
	must(t, f.Pulls.Flush(f.ctx()))

	today := time.Now().UTC().Truncate(24 * time.Hour)
	image, err := f.ImagePage(f.ctx(), alice, path(t, "lab/a"), ref.Reference{Tag: "latest"}, "", 30)
	must(t, err)
	if diff := cmp.Diff(model.Pulls{Total: 4, Days: []model.DayPulls{{Day: today, Count: 4}}}, image.Pulls); diff != "" {
		t.Error(diff)
	}
	container, err := f.containerPulls(alice, "lab/b", 1)
	must(t, err)
	if container.Total != 1 || len(container.Days) != 1 {
		t.Errorf("the container has %+v", container)
	}
	found, err := f.find(alice, "lab/a", "latest", "")
	must(t, err)
	if found.Pulls != 4 || found.LastPulled.IsZero() {
		t.Errorf("the image says %d pulls, the last at %s", found.Pulls, found.LastPulled)
	}
}

// containerPulls gives how often a container was pulled, as its page shows it.
func (f *fixture) containerPulls(actor model.Actor, name string, days int) (model.Pulls, error) {
	page, err := f.ContainerPage(f.ctx(), actor, path(f.t, name), registry.TagQuery{}, days)
	return page.Pulls, err
}

func TestPartialPullsCountOncePerClientAndDay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	one := f.push(alice, "lab/a", "latest", "amd64", 1)
	two := f.push(alice, "lab/a", "other", "amd64", 2)
	from := func(source string) model.Actor { return model.Actor{Source: source} }
	for range 300 {
		f.Pulls.CountPartial(from("192.0.2.1"), one.ContainerID, one.Content)
		f.Pulls.CountPartial(alice, one.ContainerID, one.Content)
		alice.Source = "192.0.2.9" // the same client elsewhere
	}
	f.Pulls.CountPartial(from("192.0.2.2"), one.ContainerID, one.Content)
	f.Pulls.CountPartial(from("192.0.2.1"), two.ContainerID, two.Content)
	must(t, f.Pulls.Flush(f.ctx()))
	for i, want := range map[string]int64{"latest": 3, "other": 1} {
		found, err := f.find(alice, "lab/a", i, "")
		must(t, err)
		if int64(found.Pulls) != want {
			t.Errorf("%s counts %d pulls, want %d", i, found.Pulls, want)
		}
	}
}

func TestMostPulledComesFirstAndHidesThePrivate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	for n, name := range []string{"open/a", "open/b", "secret/c", "open/never"} {
		i := f.push(alice, name, "latest", "amd64", uint64(n))
		if name == "open/never" {
			continue
		}
		for range n + 1 {
			f.Pulls.Count(i.ContainerID, i.Content)
		}
	}
	yes := true
	_, err := f.ChangeCollection(f.ctx(), alice, path(t, "open"), registry.CollectionChange{Public: &yes})
	must(t, err)
	must(t, f.Pulls.Flush(f.ctx()))
	list := func(a model.Actor) string {
		var names []string
		for p := (model.Page{Limit: 1}); ; {
			page, err := f.Search(f.ctx(), a, registry.Query{Kind: model.KindContainer, Order: model.Pulled}, p)
			must(t, err)
			for _, k := range page.Containers {
				names = append(names, k.Name.String())
			}
			if page.Next == "" {
				return strings.Join(names, " ")
			}
			p.After = page.Next
		}
	}
	if got := list(alice); got != "secret/c open/b open/a open/never" {
		t.Errorf("the owner sees %q", got)
	}
	if got := list(bob); got != "open/b open/a open/never" {
		t.Errorf("a stranger sees %q", got)
	}
	_, err = f.containerPulls(bob, "secret/c", 1)
	wants(t, errs.NotFound, err)
	_, err = f.Search(f.ctx(), bob, registry.Query{Kind: model.KindContainer, Order: model.Pulled}, model.Page{After: "x"})
	wants(t, errs.Invalid, err)
}
