package registry_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// full is a fixture whose collection lab has an image and no storage left.
func full(t *testing.T) (*fixture, model.Actor, model.Image) {
	t.Helper()
	f := newFixture(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/x", "v1", "amd64", 1)
	must(t, f.PutBlob(f.ctx(), alice, path(t, "lab/x"), digest.FromBytes(manifest.EmptyConfig), bytes.NewReader(manifest.EmptyConfig)))
	f.limit("lab", f.usage(alice, "lab").Used)
	return f, alice, i
}

// Whatever a pusher can make the registry keep counts: with a full quota none of it goes in,
// and what needs no more storage does.
func TestNothingGoesIntoAFullQuota(t *testing.T) {
	t.Parallel()
	at := path(t, "lab/x")
	config := digest.FromBytes(manifest.EmptyConfig)
	index := func(n, size int) []byte {
		return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"annotations":{"n":"%d %s"}}`, n, strings.Repeat("x", size))
	}
	adding := map[string]func(f *fixture, a model.Actor, i model.Image, n int) error{
		"a manifest of 4 MB": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return only(f.PutManifest(f.ctx(), a, at, tag(fmt.Sprintf("big%d", n)), manifest.OCIIndex, index(n, 4_000_000)))
		},
		"a small manifest": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return only(f.PutManifest(f.ctx(), a, at, tag(fmt.Sprintf("small%d", n)), manifest.OCIIndex, index(n, 1)))
		},
		"a manifest by its digest": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			body := index(n, 100)
			return only(f.PutManifest(f.ctx(), a, at, byDigest(digest.FromBytes(body)), manifest.OCIIndex, body))
		},
		"a tag": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return only(f.SetTag(f.ctx(), a, at, fmt.Sprintf("t%d", n), tag("v1")))
		},
		"a README": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return only(f.SetReadme(f.ctx(), a, at, strings.Repeat("r", 1000*(n+1)), 0))
		},
		"a description": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			text := strings.Repeat("d", 100*(n+1))
			return only(f.ChangeCollection(f.ctx(), a, path(t, "lab"), registry.CollectionChange{Description: &text}))
		},
		"a container": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return f.MountBlob(f.ctx(), a, path(t, fmt.Sprintf("lab/k%d", n)), at, config)
		},
		"a blob of a byte": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return f.PutBlob(f.ctx(), a, at, digest.FromBytes([]byte{byte(n)}), bytes.NewReader([]byte{byte(n)}))
		},
		"an image file": func(f *fixture, a model.Actor, _ model.Image, n int) error {
			return only(f.Push(f.ctx(), a, at, "v1", bytes.NewReader(image(t, "amd64", uint64(n+10)))))
		},
	}
	for name, add := range adding {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, alice, i := full(t)
			for n := range 3 {
				wants(t, errs.OverQuota, add(f, alice, i, n))
			}
			if u := f.usage(alice, "lab"); u.Used > u.Quota {
				t.Errorf("refused, and kept: %+v", u)
			}
			f.limit("lab", 0)
			must(t, add(f, alice, i, 4))
			f.sound()
		})
	}
	spare := map[string]func(f *fixture, a model.Actor, i model.Image) error{
		"the same tag": func(f *fixture, a model.Actor, _ model.Image) error {
			return only(f.SetTag(f.ctx(), a, at, "v1", tag("v1")))
		},
		"the same blob": func(f *fixture, a model.Actor, i model.Image) error {
			return f.MountBlob(f.ctx(), a, at, at, i.Content)
		},
		"deleting a tag": func(f *fixture, a model.Actor, _ model.Image) error {
			return only(f.DeleteTag(f.ctx(), a, at, "v1", ""))
		},
		"deleting an image": func(f *fixture, a model.Actor, i model.Image) error {
			return only(f.DeleteImage(f.ctx(), a, at, i.Content))
		},
		"deleting a container": func(f *fixture, a model.Actor, _ model.Image) error { return only(f.DeleteContainer(f.ctx(), a, at)) },
		"making it public": func(f *fixture, a model.Actor, _ model.Image) error {
			public := true
			return only(f.ChangeCollection(f.ctx(), a, path(t, "lab"), registry.CollectionChange{Public: &public}))
		},
		"deleting the collection": func(f *fixture, a model.Actor, _ model.Image) error {
			return only(f.DeleteCollection(f.ctx(), a, path(t, "lab")))
		},
	}
	for name, do := range spare {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, alice, i := full(t)
			must(t, do(f, alice, i))
			f.sound()
		})
	}
}

// A namespace's quota counts the same, and what a collection says of itself.
func TestMetadataCountsForTheNamespace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.push(alice, "alice/tools/x", "v1", "amd64", 1)
	u, err := f.NamespaceUsage(f.ctx(), alice, "alice")
	must(t, err)
	if c := f.usage(alice, "alice/tools"); u.Used != c.Used || u.Metadata != c.Metadata || u.Metadata == 0 {
		t.Errorf("the namespace %+v, its collection %+v", u, c)
	}
	f.limit("alice", u.Used+1000)
	wants(t, errs.OverQuota, only(f.CreateCollection(f.ctx(), alice, path(t, "alice/more"), registry.NewCollection{Description: strings.Repeat("d", 200)})))
	must(t, only(f.CreateCollection(f.ctx(), alice, path(t, "alice/more"), registry.NewCollection{Description: "short"})))
	must(t, only(f.DeleteCollection(f.ctx(), alice, path(t, "alice/tools"))))
	f.limit("alice", 0)
	f.age(48 * 3600e9)
	f.sweep()
	if u, err := f.NamespaceUsage(f.ctx(), alice, "alice"); err != nil || u.Used != 8*int64(len("short")) {
		t.Errorf("all of it is gone but a description: %+v, %v", u, err)
	}
	f.sound()
}
