package registry_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// A client that gives all files one media type brings an image file all the same.
func TestLoneLayerIsWhatItHolds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/plain")
	empty := f.put(alice, "lab/plain", "{}")
	file := image(t, "arm64", 1)
	for n, c := range []struct {
		content          []byte
		layer            string
		config, typeOf   string
		want             model.ImageKind
		labels, runnable int
	}{
		{file, "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.empty.v1+json", "application/vnd.unknown.artifact.v1", model.SIF, 1, 0},
		{file, "application/octet-stream", "application/vnd.unknown.config.v1+json", "", model.SIF, 1, 1},
		{file, "", "application/vnd.oci.empty.v1+json", "", model.SIF, 1, 0},
		{siftest.SIMG(), "application/octet-stream", "application/vnd.oci.empty.v1+json", "", model.SIMG, 0, 0},
		{file[:len(file)/2], "application/octet-stream", "application/vnd.oci.empty.v1+json", "", model.Artifact, 0, 1},
		{[]byte("hello"), "application/octet-stream", "application/vnd.oci.empty.v1+json", "", model.Artifact, 0, 0},
		{file, "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.config.v1+json", "", model.OCIImage, 0, 1},
	} {
		f.put(alice, "lab/plain", string(c.content))
		body := fmt.Appendf(nil, `{"schemaVersion":2,"artifactType":%q,"config":{"mediaType":%q,"digest":%q,"size":2},"layers":[{"mediaType":%q,"digest":%q,"size":%d}]}`,
			c.typeOf, c.config, empty, c.layer, digest.FromBytes(c.content), len(c.content))
		i, err := f.PutManifest(f.ctx(), alice, at, tag(fmt.Sprint("v", n)), manifest.OCIManifest, body)
		must(t, err)
		if i.Kind != c.want || i.Runnable != (c.runnable == 1) {
			t.Errorf("%d is %s, runnable %t", n, i.Kind, i.Runnable)
		}
		if c.want != model.SIF {
			continue
		}
		i, _, err = f.Inspect(f.ctx(), alice, at, tag(fmt.Sprint("v", n)), "arm64")
		must(t, err)
		if i.Content != digest.FromBytes(file) || i.Arch != "arm64" || len(i.Labels) == 0 {
			t.Errorf("%d was found as %+v", n, i)
		}
		opened, err := f.OpenFile(i)
		must(t, err)
		got, err := io.ReadAll(opened)
		opened.Close()
		if err != nil || !bytes.Equal(got, file) {
			t.Errorf("%d came back as something else, %v", n, err)
		}
	}
}

// A builder's cache is an index of layers: they have to be there, and stay.
func TestIndexMayNameBlobsOfUnknownTypes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, at := f.user("alice"), path(t, "lab/cache")
	layer, config := f.put(alice, "lab/cache", "a layer"), f.put(alice, "lab/cache", `{"layers":[]}`)
	child := func(mediaType string, d digest.Digest, size int) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, mediaType, d, size)
	}
	index := func(children ...string) []byte {
		return []byte(`{"schemaVersion":2,"mediaType":"` + manifest.OCIIndex + `","manifests":[` + strings.Join(children, ",") + `]}`)
	}
	put := func(tagName string, body []byte) (model.Image, error) {
		return f.PutManifest(f.ctx(), alice, at, tag(tagName), manifest.OCIIndex, body)
	}
	layerType, configType := "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.buildkit.cacheconfig.v0"
	body := index(child(layerType, layer, 7), child(configType, config, 13))
	i, err := put("buildcache", body)
	must(t, err)
	if i.Kind != model.Index || i.Size != 20 {
		t.Errorf("the cache is %+v", i)
	}
	f.age(3 * time.Hour) // longer than a blob stays that nothing uses
	f.sweep()
	for _, d := range []digest.Digest{layer, config} {
		if _, err := f.blob(alice, "lab/cache", d); err != nil {
			t.Errorf("a blob of the cache is gone: %v", err)
		}
		wants(t, errs.Conflict, f.DeleteBlob(f.ctx(), alice, at, d))
	}
	if got, err := f.Manifest(f.ctx(), alice, at, tag("buildcache")); err != nil || !bytes.Equal(got.Body, body) {
		t.Errorf("the index is %s, %v", got.Body, err)
	}
	if got, err := f.find(alice, "lab/cache", "buildcache", ""); err != nil || got.ID != i.ID {
		t.Errorf("found as %+v, %v", got, err)
	}

	_, err = put("x", index(child(configType, digest.FromString("elsewhere"), 9)))
	wants(t, errs.BlobUnknown, err)
	_, err = put("x", index(child(configType, config, 12)))
	wants(t, errs.Invalid, err)
	// A blob is no manifest because an index says so, in whatever letters.
	for _, mediaType := range []string{manifest.OCIManifest, manifest.DockerManifest, manifest.OCIIndex, "Application/vnd.oci.image.MANIFEST.v1+json; a=b"} {
		_, err = put("x", index(child(mediaType, config, 13)))
		wants(t, errs.BlobUnknown, err)
	}
	// A digest gives no right to what others hold.
	bob := f.user("bob")
	_, err = f.PutManifest(f.ctx(), bob, path(t, "bobs/cache"), tag("x"), manifest.OCIIndex, body)
	wants(t, errs.BlobUnknown, err)

	must(t, only(f.DeleteTag(f.ctx(), alice, at, "buildcache", "")))
	f.age(48 * time.Hour)
	f.sweep()
	if _, err := f.blob(alice, "lab/cache", layer); !errs.Is(err, errs.NotFound) {
		t.Errorf("after its cache, the layer is still there: %v", err)
	}
}
