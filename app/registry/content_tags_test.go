package registry_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

func TestFrozenTagNeitherMovesNorGoes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	kept := f.push(alice, "lab/hello", "v1", "amd64", 1)
	other := f.push(alice, "lab/hello", "v2", "amd64", 2)
	freeze := map[string]func(bool) error{
		"tag":       func(on bool) error { return f.FreezeTag(f.ctx(), alice, at, "v1", on) },
		"container": func(on bool) error { return f.FreezeContainer(f.ctx(), alice, at, on) },
	}
	for name, set := range freeze {
		must(t, set(true))
		for what, change := range map[string]func() error{
			"prepare": func() error { return f.AuthorizePush(f.ctx(), alice, at, "v1") },
			"push": func() error {
				_, err := f.Push(f.ctx(), alice, at, "v1", bytes.NewReader(image(t, "amd64", 3)))
				return err
			},
			"retag":          func() error { return only(f.SetTag(f.ctx(), alice, at, "v1", byDigest(other.Digest))) },
			"delete tag":     func() error { return only(f.DeleteTag(f.ctx(), alice, at, "v1", "")) },
			"delete image":   func() error { return only(f.DeleteImage(f.ctx(), alice, at, kept.Digest)) },
			"delete all":     func() error { return only(f.DeleteContainer(f.ctx(), alice, at)) },
			"delete the lot": func() error { return only(f.DeleteCollection(f.ctx(), alice, path(t, "lab"))) },
		} {
			if err := change(); !errs.Is(err, errs.Frozen) {
				t.Errorf("%s frozen, %s: %v", name, what, err)
			}
		}
		got, err := f.find(alice, "lab/hello", "v1", "")
		must(t, err)
		if got.Digest != kept.Digest || !got.Frozen {
			t.Errorf("%s frozen: the tag names %+v", name, got)
		}
		must(t, set(false))
	}
	must(t, only(f.DeleteTag(f.ctx(), alice, at, "v1", "")))
}

func TestRetagSharesTheImageAndDeleteKeepsItByDigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	pushed := f.push(alice, "lab/hello", "candidate", "amd64", 1)
	must(t, only(f.SetTag(f.ctx(), alice, at, "stable", tag("candidate"))))
	got, report, err := f.Inspect(f.ctx(), alice, at, tag("stable"), "")
	must(t, err)
	if diff := cmp.Diff([]string{"candidate", "stable"}, got.Tags); diff != "" || got.Digest != pushed.Digest {
		t.Error(diff)
	}
	if !bytes.Contains(report, []byte("vanessa")) {
		t.Errorf("the report is %s", report)
	}
	wants(t, errs.NotFound, only(f.SetTag(f.ctx(), alice, at, "x", tag("missing"))))
	must(t, only(f.DeleteTag(f.ctx(), alice, at, "candidate", "")))
	must(t, only(f.DeleteTag(f.ctx(), alice, at, "stable", "")))
	wants(t, errs.NotFound, only(f.DeleteTag(f.ctx(), alice, at, "stable", "")))
	_, err = f.find(alice, "lab/hello", "stable", "")
	wants(t, errs.NotFound, err)
	for _, d := range []digest.Digest{pushed.Digest, pushed.Content} {
		_, err := f.Image(f.ctx(), alice, at, byDigest(d), "")
		must(t, err)
	}
}

func TestDeletedImageIsHiddenAndComesBackWhenPushedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	pushed := f.push(alice, "lab/hello", "latest", "amd64", 1)
	must(t, only(f.DeleteImage(f.ctx(), alice, at, pushed.Content)))
	_, err := f.Image(f.ctx(), alice, at, byDigest(pushed.Digest), "")
	wants(t, errs.NotFound, err)
	_, err = f.ImageByID(f.ctx(), alice, pushed.ID)
	wants(t, errs.NotFound, err)
	wants(t, errs.NotFound, only(f.DeleteImage(f.ctx(), alice, at, pushed.Content)))
	again := f.push(alice, "lab/hello", "latest", "amd64", 1)
	if again.ID != pushed.ID {
		t.Errorf("it came back as another image: %d, %d", again.ID, pushed.ID)
	}
}

func TestListsFindImagesAndLabels(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.user("alice"), f.user("bob")
	f.push(alice, "lab/hello", "latest", "amd64", 1)
	f.push(alice, "lab/hello", "v1", "amd64", 2)
	f.push(alice, "lab/other", "latest", "arm64", 3)
	f.push(alice, "alice/tools/samtools", "1", "amd64", 4)
	f.push(alice, "alice/bwa", "2", "amd64", 5)
	public := true
	must(t, f.FreezeTag(f.ctx(), alice, path(t, "lab/hello"), "v1", true))
	names := func(actor model.Actor, filter registry.ImageFilter, limit int) (found []string) {
		p := model.Page{Limit: limit}
		for {
			list, next, err := f.Images(f.ctx(), actor, filter, p)
			must(t, err)
			for _, i := range list {
				found = append(found, i.Title())
			}
			if p.After = next; next == "" {
				return found
			}
		}
	}
	type query = registry.ImageFilter
	all := []string{"alice/bwa:2", "alice/tools/samtools:1", "lab/hello:latest", "lab/hello:v1", "lab/other:latest"}
	for q, want := range map[query][]string{
		{}:                                      all,
		{Collection: "lab"}:                     all[2:],
		{Collection: "alice/tools"}:             all[1:2],
		{Collection: "alice"}:                   all[:1],
		{Collection: "lab", Container: "hello"}: all[2:4],
		{Container: "hello", Tag: "v1"}:         all[3:4],
		{Text: "TOOL"}:                          all[1:2],
		{Text: "%"}:                             nil,
		{Collection: "Not A Name"}:              nil,
	} {
		for _, limit := range []int{1, 2, 50} {
			if diff := cmp.Diff(want, names(alice, q, limit)); diff != "" {
				t.Errorf("%+v by %d: %s", q, limit, diff)
			}
		}
		if got := names(bob, q, 50); got != nil {
			t.Errorf("bob finds %v", got)
		}
	}
	labels, _, err := f.Labels(f.ctx(), alice, "maintainer", "", model.Page{})
	must(t, err)
	want := []model.Label{{Key: "Maintainer", Value: "vanessa", Images: all}}
	if diff := cmp.Diff(want, labels); diff != "" {
		t.Error(diff)
	}
	labels, _, err = f.Labels(f.ctx(), bob, "", "", model.Page{})
	if must(t, err); len(labels) != 0 {
		t.Errorf("bob sees %v", labels)
	}
	_, err = f.ChangeCollection(f.ctx(), alice, path(t, "lab"), registry.CollectionChange{Public: &public})
	must(t, err)
	if diff := cmp.Diff(all[2:], names(model.Anonymous, query{}, 50)); diff != "" {
		t.Errorf("anonymous: %s", diff)
	}
}
