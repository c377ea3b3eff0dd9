package oci_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// TestSIFIsTheSameByEveryDoor pushes one file by this door, and another one as the doors do
// whose clients send nothing but the file.
func TestSIFIsTheSameByEveryDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	file := siftest.SIF(t, siftest.Options{Labels: map[string]string{"one": "1"}})
	image := s.Push(t, ann, "lab/plain", "v1", siftest.Options{Labels: map[string]string{"one": "1"}})
	body := s.pushSIF(t, auth, "lab/oci", "v1", siftest.Options{Labels: map[string]string{"one": "1"}})
	if got := digest.FromBytes(body); got != image.Digest {
		t.Errorf("the manifest's digest is %s by OCI and %s by another door", got, image.Digest)
	}
	a := s.Do(t, "GET", "/v2/lab/plain/manifests/v1", nil, "Authorization", auth)
	want(t, a, 200)
	if a.Body != string(body) {
		t.Errorf("the manifest is %s", a.Body)
	}
	a = s.Do(t, "GET", "/v2/lab/plain/blobs/"+string(digest.FromBytes(file)), nil, "Authorization", auth)
	want(t, a, 200)
	if a.Body != string(file) {
		t.Error("the file came back as something else")
	}
	found, err := s.Registry.Image(t.Context(), ann, doortest.Path(t, "lab/oci"), ref.Reference{Tag: "v1"}, "")
	if err != nil || found.Kind != model.SIF || found.Arch != "amd64" || found.Content != digest.FromBytes(file) {
		t.Errorf("the core sees %+v, %v", found, err)
	}
}

// TestTagOfSeveralArchitecturesIsAnIndex pushes the same tag for two architectures.
func TestTagOfSeveralArchitecturesIsAnIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	one := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{Arch: "amd64"})
	two := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{Arch: "arm64"})
	a := s.Do(t, "GET", "/v2/lab/hello/manifests/v1", nil, "Authorization", auth)
	want(t, a, 200)
	if got := a.Header.Get("Content-Type"); got != v1.MediaTypeImageIndex {
		t.Errorf("the media type is %s", got)
	}
	var index v1.Index
	if err := json.Unmarshal([]byte(a.Body), &index); err != nil || len(index.Manifests) != 2 {
		t.Fatalf("not an index of two: %s", a.Body)
	}
	for i, body := range [][]byte{one, two} {
		if index.Manifests[i].Digest != digest.FromBytes(body) {
			t.Errorf("the index names %s", index.Manifests[i].Digest)
		}
	}
	if d := a.Header.Get("Docker-Content-Digest"); d != string(digest.FromString(a.Body)) {
		t.Errorf("the index's digest is said to be %s", d)
	}
}

// TestLayeredImageAndItsIndex pushes what docker and crane push: two images of layers, and
// an index of them, which is kept byte for byte.
func TestLayeredImageAndItsIndex(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	index := v1.Index{MediaType: v1.MediaTypeImageIndex}
	index.SchemaVersion = 2
	for _, arch := range []string{"amd64", "arm64"} {
		config := fmt.Appendf(nil, `{"architecture":%q,"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`, arch)
		layer := noise(5000)
		m := v1.Manifest{MediaType: v1.MediaTypeImageManifest,
			Config: v1.Descriptor{MediaType: v1.MediaTypeImageConfig, Digest: s.upload(t, auth, "lab/app", config), Size: int64(len(config))},
			Layers: []v1.Descriptor{{MediaType: v1.MediaTypeImageLayerGzip, Digest: s.upload(t, auth, "lab/app", layer), Size: int64(len(layer))}}}
		m.SchemaVersion = 2
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		d := digest.FromBytes(body)
		want(t, s.put(t, auth, "lab/app", string(d), body), 201)
		index.Manifests = append(index.Manifests, v1.Descriptor{MediaType: v1.MediaTypeImageManifest, Digest: d, Size: int64(len(body)),
			Platform: &v1.Platform{OS: "linux", Architecture: arch}})
	}
	body, err := json.MarshalIndent(index, "", "   ")
	if err != nil {
		t.Fatal(err)
	}
	a := s.Do(t, "PUT", "/v2/lab/app/manifests/v1", body, "Authorization", auth, "Content-Type", v1.MediaTypeImageIndex)
	want(t, a, 201)
	if got := a.Header.Get("Location"); got != "/v2/lab/app/manifests/"+string(digest.FromBytes(body)) {
		t.Errorf("the index is at %s", got)
	}
	a = s.Do(t, "GET", a.Header.Get("Location"), nil, "Authorization", auth)
	want(t, a, 200)
	if a.Body != string(body) {
		t.Error("the index is no longer what was sent")
	}
	index.Manifests = append(index.Manifests, v1.Descriptor{MediaType: manifest.OCIManifest, Digest: missing, Size: 1})
	if body, err = json.Marshal(index); err != nil {
		t.Fatal(err)
	}
	a = s.Do(t, "PUT", "/v2/lab/app/manifests/v2", body, "Authorization", auth, "Content-Type", v1.MediaTypeImageIndex)
	want(t, a, 404, "MANIFEST_BLOB_UNKNOWN")
}

// TestRepositoryNames pushes and pulls under every form that a name may have.
func TestRepositoryNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	for _, name := range []string{"ann/app", "ann/tools/app", "lab/app", "lab/deep/er/app", "lab/blobs", "lab/manifests", "lab/tags",
		"lab/blobs/uploads", "lab/manifests/v1", "lab/tags/list"} {
		body := s.pushSIF(t, auth, name, "v1", siftest.Options{})
		a := s.Do(t, "GET", "/v2/"+name+"/manifests/v1", nil, "Authorization", auth)
		if a.Status != 200 || a.Body != string(body) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		a = s.Do(t, "GET", "/v2/"+name+"/tags/list", nil, "Authorization", auth)
		if a.Status != 200 || a.Body != fmt.Sprintf(`{"name":%q,"tags":["v1"]}`+"\n", name) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}
