package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

func TestRulesChooseWhatGoes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	// Each tag is an hour younger than the one before; "held" is frozen, "used" was pulled now.
	names := []string{"v1", "v2", "nightly-1", "used", "held", "nightly-2", "nightly-3", "v3"}
	for n, name := range names {
		i := f.push(alice, "lab/hello", name, "amd64", uint64(n))
		f.ahead.Add(int64(time.Hour))
		if name == "used" {
			f.Pulls.Count(i.ContainerID, i.Content)
		}
	}
	must(t, f.Pulls.Flush(f.ctx()))
	must(t, f.FreezeTag(f.ctx(), alice, path(t, "lab/hello"), "held", true))
	f.push(alice, "lab/frozen", "nightly-1", "amd64", 99)
	must(t, f.FreezeContainer(f.ctx(), alice, path(t, "lab/frozen"), true))

	for _, c := range []struct {
		rules []model.RetentionRule
		goes  string
	}{
		{[]model.RetentionRule{{Tags: "*", Last: 3}}, "nightly-1 used v1 v2"},
		{[]model.RetentionRule{{Tags: "*", Last: 100}}, ""},
		{[]model.RetentionRule{{Tags: "nightly-*", Last: 1}}, "nightly-1 nightly-2"},
		{[]model.RetentionRule{{Tags: "v?", Newer: 90 * time.Minute}}, "v1 v2"},
		{[]model.RetentionRule{{Tags: "v[12]", Newer: time.Hour}}, "v1 v2"},
		{[]model.RetentionRule{{Tags: "*", Pulled: 24 * time.Hour}}, "nightly-1 nightly-2 nightly-3 v1 v2 v3"},
		{[]model.RetentionRule{{Tags: "*", Last: 1, Pulled: 24 * time.Hour}}, "nightly-1 nightly-2 nightly-3 v1 v2"},
		{[]model.RetentionRule{{Tags: "nightly-*", Last: 1}, {Tags: "*", Last: 2}}, "nightly-1 nightly-2 used v1 v2"},
		{[]model.RetentionRule{{Tags: "none", Last: 1}}, ""},
	} {
		list, more, err := f.ExpiringTags(f.ctx(), alice, path(t, "lab"), c.rules)
		must(t, err)
		var goes []string
		for _, e := range list {
			goes = append(goes, e.Tag)
		}
		slices.Sort(goes)
		if got := strings.Join(goes, " "); got != c.goes || more {
			t.Errorf("%+v: %q goes, want %q", c.rules, got, c.goes)
		}
	}
	for _, bad := range []model.RetentionRule{{Tags: "*"}, {Tags: "", Last: 1}, {Tags: "[", Last: 1}, {Tags: "*", Last: -1},
		{Tags: strings.Repeat("x", 200), Last: 1}, {Tags: "*", Newer: time.Millisecond}} {
		wants(t, errs.Invalid, f.SetRetention(f.ctx(), alice, path(t, "lab"), []model.RetentionRule{bad}))
	}
	wants(t, errs.Invalid, f.SetRetention(f.ctx(), alice, path(t, "lab"), slices.Repeat([]model.RetentionRule{{Tags: "*", Last: 1}}, 21)))
}

func TestSweepTakesWhatRulesDoNotKeepAndItCanBeBroughtBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	for n := range 5 {
		f.push(alice, "lab/hello", fmt.Sprintf("v%d", n), "amd64", uint64(n))
		f.ahead.Add(int64(time.Minute))
	}
	rules := []model.RetentionRule{{Tags: "v*", Last: 2, Newer: time.Second}}
	must(t, f.SetRetention(f.ctx(), alice, path(t, "lab"), rules))
	got, err := f.Retention(f.ctx(), alice, path(t, "lab"))
	must(t, err)
	if diff := cmp.Diff(rules, got); diff != "" {
		t.Error(diff)
	}
	wants(t, errs.NotFound, f.SetRetention(f.ctx(), bob, path(t, "lab"), nil))
	wants(t, errs.NotFound, only(f.Retention(f.ctx(), bob, path(t, "lab"))))
	dry, _, err := f.ExpiringTags(f.ctx(), alice, path(t, "lab"), nil)
	must(t, err)
	if len(dry) != 3 || dry[0].Container != "lab/hello" || dry[0].Size == 0 {
		t.Errorf("a dry run tells %+v", dry)
	}
	if done := f.sweep(); done.Tags != 3 {
		t.Errorf("%d tags went, want 3", done.Tags)
	}
	list, _, err := f.Deletions(f.ctx(), alice, registry.DeletionFilter{Container: path(t, "lab/hello")}, model.Page{})
	must(t, err)
	if len(list) != 3 || list[0].By != "" || list[0].Kind != model.DeletedTag {
		t.Fatalf("recoverable: %+v", list)
	}
	must(t, f.SetRetention(f.ctx(), alice, path(t, "lab"), nil))
	f.undo(alice, list[0].ID)
	names, err := f.TagNames(f.ctx(), alice, path(t, "lab/hello"), "", -1)
	must(t, err)
	if len(names) != 3 {
		t.Errorf("in the end there are %v", names)
	}
	if done := f.sweep(); done.Tags != 0 {
		t.Errorf("without rules %d tags went", done.Tags)
	}
}
