package oci_test

import (
	"fmt"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
)

// TestDockersMediaTypesStay pushes an image and a list of it in docker's types, and gets
// both back as they were.
func TestDockersMediaTypesStay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	config := s.upload(t, auth, "lab/app", []byte(`{"architecture":"amd64","os":"linux"}`))
	layer := s.upload(t, auth, "lab/app", noise(100))
	image := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q,
		"config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 37, "digest": %q},
		"layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 100, "digest": %q},
			{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "size": 7, "digest": %q, "urls": ["https://x.example/y"]}]}`,
		manifest.DockerManifest, config, layer, missing)
	list := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q, "manifests": [{"mediaType": %q, "size": %d, "digest": %q,
		"platform": {"architecture": "amd64", "os": "linux"}}]}`, manifest.DockerList, manifest.DockerManifest, len(image), digest.FromString(image))
	for _, test := range []struct{ mediaType, body string }{{manifest.DockerManifest, image}, {manifest.DockerList, list}} {
		for _, reference := range []string{string(digest.FromString(test.body)), "v1"} {
			want(t, s.Do(t, "PUT", "/v2/lab/app/manifests/"+reference, test.body, "Authorization", auth, "Content-Type", test.mediaType), 201)
			a := s.Do(t, "GET", "/v2/lab/app/manifests/"+reference, nil, "Authorization", auth, "Accept", manifest.OCIManifest)
			if a.Status != 200 || a.Body != test.body || a.Header.Get("Content-Type") != test.mediaType {
				t.Errorf("%s: %d %s %s", reference, a.Status, a.Header.Get("Content-Type"), a.Body)
			}
		}
	}
	want(t, s.Do(t, "GET", "/v2/lab/app/blobs/"+missing, nil, "Authorization", auth), 404, "BLOB_UNKNOWN")
}

// TestForeignLayerThatIsThereIsKept pushes a layer that need not be, and deletes it only
// with its image.
func TestForeignLayerThatIsThereIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	config, layer := s.upload(t, auth, "lab/app", []byte("{}")), s.upload(t, auth, "lab/app", noise(100))
	body := fmt.Sprintf(`{"schemaVersion":2,"config":{"mediaType":"x/y","size":2,"digest":%q},
		"layers":[{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar","size":100,"digest":%q}]}`, config, layer)
	want(t, s.put(t, auth, "lab/app", "v1", []byte(body)), 201)
	want(t, s.Do(t, "DELETE", "/v2/lab/app/blobs/"+string(layer), nil, "Authorization", auth), 409, "DENIED")
}
