package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// pullable fails the test unless all that the tags of a container lead to can be pulled, and
// the check agrees.
func (f *fixture) pullable(a model.Actor, name string) {
	f.t.Helper()
	names, err := f.TagNames(f.ctx(), a, path(f.t, name), "", -1)
	must(f.t, err)
	var pull func(r ref.Reference)
	pull = func(r ref.Reference) {
		got, err := f.Manifest(f.ctx(), a, path(f.t, name), r)
		if err != nil {
			f.t.Errorf("%s: %v", r, err)
			return
		}
		m, err := manifest.Parse(got.MediaType, got.Body)
		must(f.t, err)
		for _, d := range m.Blobs() {
			if _, err := f.blob(a, name, d); err != nil {
				f.t.Errorf("%s: %v", r, err)
			}
		}
		for _, child := range m.Manifests {
			pull(byDigest(child.Digest))
		}
	}
	for _, n := range names {
		pull(tag(n))
	}
	c, err := f.Keeper.Check(f.ctx(), false, nil)
	if err != nil || len(c.Damage) > 0 {
		f.t.Errorf("the check: %v, %v", c.Damage, err)
	}
}

// index pushes one of some manifests.
func (f *fixture) index(a model.Actor, name, tagName string, children ...digest.Digest) digest.Digest {
	f.t.Helper()
	var list []string
	for _, d := range children {
		list = append(list, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIManifest, d))
	}
	body := `{"schemaVersion":2,"manifests":[` + strings.Join(list, ",") + `]}`
	r := tag(tagName)
	if tagName == "" {
		r = byDigest(digest.FromString(body))
	}
	i, err := f.PutManifest(f.ctx(), a, path(f.t, name), r, manifest.OCIIndex, []byte(body))
	must(f.t, err)
	return i.Digest
}

// attach pushes a note, about a subject if one is given, and under a tag if one is.
func (f *fixture) attach(a model.Actor, name, tagName string, subject digest.Digest, text string) model.Image {
	f.t.Helper()
	f.put(a, name, "{}")
	about := ""
	if subject != "" {
		about = fmt.Sprintf(`,"subject":{"mediaType":%q,"digest":%q,"size":1}`, manifest.OCIManifest, subject)
	}
	body := fmt.Sprintf(`{"schemaVersion":2,"artifactType":"a/b","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q,"size":2},"layers":[{"mediaType":"text/plain","digest":%q,"size":%d}]%s}`,
		digest.FromString("{}"), f.put(a, name, text), len(text), about)
	r := tag(tagName)
	if tagName == "" {
		r = byDigest(digest.FromString(body))
	}
	i, err := f.PutManifest(f.ctx(), a, path(f.t, name), r, manifest.OCIManifest, []byte(body))
	must(f.t, err)
	return i
}

// signatureTag is where cosign's older scheme keeps something about an image.
func signatureTag(d digest.Digest, suffix string) string { return "sha256-" + d.Encoded() + suffix }

// What an index names cannot be deleted by itself, however it is named, and is there for as
// long as the index is.
func TestWhatAnIndexNamesCannotBeDeleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build func(f *fixture, a model.Actor, child digest.Digest) (index digest.Digest)
		says  string
	}{
		"an index under a tag": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			return f.index(a, "lab/x", "multi", child)
		}, "(lab/x:multi)"},
		"an index without one": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			return f.index(a, "lab/x", "", child)
		}, "Delete the index"},
		"an index in an index": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			inner := f.index(a, "lab/x", "", child)
			f.index(a, "lab/x", "outer", inner)
			_, err := f.DeleteImage(f.ctx(), a, path(f.t, "lab/x"), inner)
			wants(f.t, errs.Conflict, err)
			return inner
		}, "(lab/x:outer)"},
		"an index under a frozen tag": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			d := f.index(a, "lab/x", "multi", child)
			must(f.t, f.FreezeTag(f.ctx(), a, path(f.t, "lab/x"), "multi", true))
			return d
		}, "lab/x:multi is frozen"},
		"an index in one under a frozen tag": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			d := f.index(a, "lab/x", "", child)
			f.index(a, "lab/x", "outer", d)
			must(f.t, f.FreezeTag(f.ctx(), a, path(f.t, "lab/x"), "outer", true))
			return d
		}, "lab/x:outer is frozen"},
		"a referrer that is an index": {func(f *fixture, a model.Actor, child digest.Digest) digest.Digest {
			body := fmt.Sprintf(`{"schemaVersion":2,"artifactType":"a/b","manifests":[{"mediaType":%q,"digest":%q,"size":1}],"subject":{"mediaType":%[1]q,"digest":%[2]q,"size":1}}`,
				manifest.OCIManifest, child)
			i, err := f.PutManifest(f.ctx(), a, path(f.t, "lab/x"), byDigest(digest.FromString(body)), manifest.OCIIndex, []byte(body))
			must(f.t, err)
			return i.Digest
		}, "Delete the index"},
	} {
		f := newFixture(t)
		alice, at := f.user("alice"), path(t, "lab/x")
		i := f.push(alice, "lab/x", "one", "amd64", 1)
		note := f.attach(alice, "lab/x", "", i.Digest, "about it")
		index := c.build(f, alice, i.Digest)
		for what, d := range map[string]digest.Digest{"manifest": i.Digest, "file": i.Content} {
			_, err := f.DeleteImage(f.ctx(), alice, at, d)
			if !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Message(err), c.says) || !strings.Contains(errs.Message(err), string(index)) {
				t.Errorf("%s, by the %s's digest: %v", name, what, err)
			}
		}
		// Its own tag may go, by hand and by rules: the index keeps it, through every sweep.
		must(t, f.SetRetention(f.ctx(), alice, path(t, "lab"), []model.RetentionRule{{Tags: "one", Newer: time.Hour}}))
		f.age(2 * time.Hour)
		f.sweep()
		if name == "an index without one" || name == "a referrer that is an index" {
			continue // which goes in time
		}
		f.age(100 * time.Hour)
		f.sweep()
		if _, err := f.find(alice, "lab/x", "one", ""); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: the tag is still there: %v", name, err)
		}
		f.pullable(alice, "lab/x")
		for _, d := range []digest.Digest{i.Digest, note.Digest} {
			if _, err := f.Manifest(f.ctx(), alice, at, byDigest(d)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// An index that the registry makes for a tag keeps nobody from deleting what it is made of.
func TestIndexOfATagIsMadeOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/x")
	amd := f.push(alice, "lab/x", "v1", "amd64", 1)
	f.push(alice, "lab/x", "v1", "arm64", 2)
	m, err := f.Manifest(f.ctx(), alice, at, tag("v1"))
	must(t, err)
	signature := signatureTag(m.Digest, ".sig")
	f.attach(alice, "lab/x", signature, "", "signed by somebody")
	f.push(alice, "lab/x", "v1", "riscv64", 3) // the index of two is nobody's now
	id, err := f.DeleteImage(f.ctx(), alice, at, amd.Digest)
	must(t, err)
	f.pullable(alice, "lab/x")
	wants(t, errs.NotFound, only(f.Manifest(f.ctx(), alice, at, byDigest(m.Digest))))
	wants(t, errs.NotFound, only(f.Manifest(f.ctx(), alice, at, tag(signature))))
	f.undo(alice, id)
	f.pullable(alice, "lab/x")
	must(t, only(f.Manifest(f.ctx(), alice, at, tag(signature))))

	// Under a tag of its own, it is an index like any other.
	if m, err = f.Manifest(f.ctx(), alice, at, tag("v1")); err != nil {
		t.Fatal(err)
	}
	must(t, only(f.SetTag(f.ctx(), alice, at, "kept", byDigest(m.Digest))))
	wants(t, errs.Conflict, only(f.DeleteImage(f.ctx(), alice, at, amd.Digest)))
	must(t, only(f.DeleteImage(f.ctx(), alice, at, m.Digest)))
	must(t, only(f.DeleteImage(f.ctx(), alice, at, amd.Digest)))
	f.pullable(alice, "lab/x")

	// As it is in another index.
	f.push(alice, "lab/y", "v1", "amd64", 1)
	f.push(alice, "lab/y", "v1", "arm64", 2)
	m, err = f.Manifest(f.ctx(), alice, path(t, "lab/y"), tag("v1"))
	must(t, err)
	f.index(alice, "lab/y", "outer", m.Digest)
	wants(t, errs.Conflict, only(f.DeleteImage(f.ctx(), alice, path(t, "lab/y"), amd.Digest)))
}

// An index comes back with all that it names, or not at all.
func TestIndexIsNotRestoredWithoutWhatItNames(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/x")
	i := f.push(alice, "lab/x", "one", "amd64", 1)
	index := f.index(alice, "lab/x", "multi", i.Digest)
	first, err := f.DeleteImage(f.ctx(), alice, at, index)
	must(t, err)
	second, err := f.DeleteImage(f.ctx(), alice, at, i.Digest)
	must(t, err)
	wants(t, errs.Conflict, only(f.Restore(f.ctx(), alice, first)))
	f.undo(alice, second)
	f.undo(alice, first)
	f.pullable(alice, "lab/x")

	// What was pushed anew meanwhile is as good.
	if first, err = f.DeleteImage(f.ctx(), alice, at, index); err != nil {
		t.Fatal(err)
	}
	must(t, only(f.DeleteImage(f.ctx(), alice, at, i.Digest)))
	must(t, f.DeleteBlob(f.ctx(), alice, at, i.Content)) // and the image for good
	wants(t, errs.Conflict, only(f.Restore(f.ctx(), alice, first)))
	f.push(alice, "lab/x", "one", "amd64", 1)
	f.undo(alice, first)
	f.pullable(alice, "lab/x")
	wants(t, errs.Conflict, only(f.DeleteImage(f.ctx(), alice, at, i.Digest)))

	// A container comes back as it was.
	id, err := f.DeleteContainer(f.ctx(), alice, at)
	must(t, err)
	f.undo(alice, id)
	f.pullable(alice, "lab/x")
}

// Tags of cosign's older scheme are their image's: they go and come back with it.
func TestSignatureTagsGoWithTheirImage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/x")
	i := f.push(alice, "lab/x", "v1", "amd64", 1)
	other := f.push(alice, "lab/x", "v2", "amd64", 2)
	var own []string
	for _, suffix := range []string{".sig", ".att", ".sbom"} {
		f.attach(alice, "lab/x", signatureTag(i.Digest, suffix), "", "something "+suffix)
		own = append(own, signatureTag(i.Digest, suffix))
	}
	sbom, err := f.Manifest(f.ctx(), alice, at, tag(own[2]))
	must(t, err)
	f.attach(alice, "lab/x", signatureTag(sbom.Digest, ".sig"), "", "of the list") // of what goes along
	f.attach(alice, "lab/x", signatureTag(other.Digest, ".sig"), "", "of another")
	mine := append(slices.Clone(own), signatureTag(sbom.Digest, ".sig"))
	there := func(want bool) {
		t.Helper()
		for _, name := range mine {
			if _, err := f.Manifest(f.ctx(), alice, at, tag(name)); (err == nil) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := f.Manifest(f.ctx(), alice, at, tag(signatureTag(other.Digest, ".sig"))); err != nil {
			t.Error(err)
		}
		f.pullable(alice, "lab/x")
	}
	id, err := f.DeleteImage(f.ctx(), alice, at, i.Content)
	must(t, err)
	there(false)
	list, _, err := f.Deletions(f.ctx(), alice, registry.DeletionFilter{}, model.Page{})
	must(t, err)
	if len(list) != 1 || len(list[0].Tags) != 1 {
		t.Errorf("deleted: %+v", list)
	}
	if done := f.undo(alice, id); len(done.Tags) != 1 || len(done.Taken) != 0 {
		t.Errorf("restored: %+v", done)
	}
	there(true)
	must(t, only(f.DeleteImage(f.ctx(), alice, at, i.Content)))
	f.push(alice, "lab/x", "v1", "amd64", 1)
	there(true)

	// What is frozen keeps its image.
	must(t, f.FreezeTag(f.ctx(), alice, at, own[0], true))
	wants(t, errs.Frozen, only(f.DeleteImage(f.ctx(), alice, at, i.Content)))
	must(t, f.FreezeTag(f.ctx(), alice, at, own[0], false))

	// They are no tags of a person's.
	k, err := f.Container(f.ctx(), alice, at)
	must(t, err)
	tags, _, err := f.Tags(f.ctx(), alice, at, model.Page{})
	must(t, err)
	images, _, err := f.Images(f.ctx(), alice, registry.ImageFilter{}, model.Page{})
	must(t, err)
	if k.Tags != 2 || len(tags) != 2 || len(images) != 2 {
		t.Errorf("%d tags are counted, %d listed, of %d images", k.Tags, len(tags), len(images))
	}
	must(t, f.SetRetention(f.ctx(), alice, path(t, "lab"), []model.RetentionRule{{Tags: "*", Last: 2}}))
	f.age(2 * time.Hour)
	f.sweep()
	there(true)
	if names, err := f.TagNames(f.ctx(), alice, at, "", -1); err != nil || len(names) != 7 {
		t.Errorf("OCI clients see %v, %v", names, err)
	}

	// When the image goes with its last tag, they go, too.
	must(t, only(f.DeleteTag(f.ctx(), alice, at, "v1", "")))
	there(true)
	f.age(100 * time.Hour)
	f.sweep()
	there(false)
	if names, err := f.TagNames(f.ctx(), alice, at, "", -1); err != nil || len(names) != 2 {
		t.Errorf("what is left is %v, %v", names, err)
	}
}

// Of an image that was deleted with its tags and is pushed again, the tags can be restored.
func TestTagsOfAnImageThatIsPushedAgainComeBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/x")
	i := f.push(alice, "lab/x", "a", "amd64", 1)
	arm := f.push(alice, "lab/x", "b", "arm64", 2)
	must(t, only(f.SetTag(f.ctx(), alice, at, "b", byDigest(i.Digest))))
	must(t, only(f.SetTag(f.ctx(), alice, at, "gone", byDigest(i.Digest))))
	must(t, only(f.DeleteImage(f.ctx(), alice, at, i.Digest)))
	f.push(alice, "lab/x", "gone", "amd64", 3)
	f.push(alice, "lab/x", "c", "amd64", 1)
	left := f.recoverable(alice, registry.DeletionFilter{})
	if want := []string{"tag lab/x:gone", "tag lab/x:b", "tag lab/x:a"}; !slices.Equal(left, want) {
		t.Fatalf("what can be restored is %v", left)
	}
	list, _, err := f.Deletions(f.ctx(), alice, registry.DeletionFilter{}, model.Page{})
	must(t, err)
	wants(t, errs.Conflict, only(f.Restore(f.ctx(), alice, list[0].ID)))
	f.undo(alice, list[1].ID)
	f.undo(alice, list[2].ID)
	for _, c := range []struct {
		tag, arch string
		want      model.Image
	}{{"a", "amd64", i}, {"b", "amd64", i}, {"b", "arm64", arm}, {"c", "amd64", i}} {
		if got, err := f.find(alice, "lab/x", c.tag, c.arch); err != nil || got.ID != c.want.ID {
			t.Errorf("%s for %s names %d, %v", c.tag, c.arch, got.ID, err)
		}
	}
	// A tag that names again what it named needs no restoring.
	must(t, only(f.DeleteImage(f.ctx(), alice, at, i.Digest)))
	for _, name := range []string{"a", "b", "c"} {
		f.push(alice, "lab/x", name, "amd64", 1)
	}
	for _, what := range f.recoverable(alice, registry.DeletionFilter{}) {
		if what != "tag lab/x:gone" {
			t.Errorf("%s can be restored", what)
		}
	}
	f.pullable(alice, "lab/x")
}
