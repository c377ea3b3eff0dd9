package registry_test

import (
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// What is pushed again to a frozen tag, and is the same, changes nothing, and is no error.
func TestSameContentMayBePushedToWhatIsFrozen(t *testing.T) {
	t.Parallel()
	for name, freeze := range map[string]func(*fixture, model.Actor) error{
		"tag": func(f *fixture, a model.Actor) error {
			return f.FreezeTag(f.ctx(), a, path(f.t, "lab/x"), "v1", true)
		},
		"container": func(f *fixture, a model.Actor) error {
			return f.FreezeContainer(f.ctx(), a, path(f.t, "lab/x"), true)
		},
	} {
		f := newFixture(t)
		alice, at := f.user("alice"), path(t, "lab/x")
		amd := f.push(alice, "lab/x", "v1", "amd64", 1)
		f.push(alice, "lab/x", "v1", "arm64", 2)
		other := f.push(alice, "lab/x", "v2", "amd64", 3)
		whole, err := f.Manifest(f.ctx(), alice, at, tag("v1"))
		must(t, err)
		one, err := f.Manifest(f.ctx(), alice, at, byDigest(amd.Digest))
		must(t, err)
		two, err := f.Manifest(f.ctx(), alice, at, byDigest(other.Digest))
		must(t, err)
		must(t, freeze(f, alice))

		i, err := f.PutManifest(f.ctx(), alice, at, tag("v1"), one.MediaType, one.Body)
		if err != nil || i.ID != amd.ID {
			t.Errorf("%s: the same: %+v, %v", name, i, err)
		}
		must(t, only(f.PutManifest(f.ctx(), alice, at, tag("v1"), whole.MediaType, whole.Body)))
		for _, r := range []string{"amd64", "arm64"} {
			i, err := f.find(alice, "lab/x", "v1", r)
			must(t, err)
			must(t, only(f.SetTag(f.ctx(), alice, at, "v1", byDigest(i.Content))))
			must(t, only(f.SetTag(f.ctx(), alice, at, "v1", byDigest(i.Digest))))
		}
		must(t, only(f.SetTag(f.ctx(), alice, at, "v1", tag("v1"))))
		wants(t, errs.Frozen, only(f.PutManifest(f.ctx(), alice, at, tag("v1"), two.MediaType, two.Body)))
		wants(t, errs.Frozen, only(f.SetTag(f.ctx(), alice, at, "v1", byDigest(other.Digest))))
		_, err = f.PutManifest(f.ctx(), alice, at, tag("v1"), one.MediaType, one.Body, "v3")
		if _, lost := f.find(alice, "lab/x", "v3", ""); name == "tag" && (err != nil || lost != nil) || name == "container" && !errs.Is(err, errs.Frozen) {
			t.Errorf("%s: with a new tag: %v, %v", name, err, lost)
		}
		reader := alice
		reader.Scope = model.ScopeRead
		wants(t, errs.Forbidden, only(f.PutManifest(f.ctx(), reader, at, tag("v1"), one.MediaType, one.Body)))
		wants(t, errs.Forbidden, only(f.SetTag(f.ctx(), reader, at, "v1", byDigest(amd.Digest))))
		bob := f.user("bob")
		wants(t, errs.Forbidden, only(f.PutManifest(f.ctx(), bob, at, tag("v1"), one.MediaType, one.Body)))
		wants(t, errs.NotFound, only(f.SetTag(f.ctx(), bob, at, "v1", byDigest(amd.Digest))))
		if got, err := f.Manifest(f.ctx(), alice, at, tag("v1")); err != nil || got.Digest != whole.Digest {
			t.Errorf("%s: the tag names %s, %v", name, got.Digest, err)
		}
	}
}
