package oci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/identity"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// TestDeletedBlob deletes a blob that nothing uses, one that an image uses, and one that
// only a deleted image had, which then cannot come back without it.
func TestDeletedBlob(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	loose := "/v2/lab/hello/blobs/" + string(s.upload(t, auth, "lab/hello", noise(10)))
	want(t, s.Do(t, "DELETE", loose, nil, "Authorization", auth), 202)
	want(t, s.Do(t, "GET", loose, nil, "Authorization", auth), 404, "BLOB_UNKNOWN")
	want(t, s.Do(t, "DELETE", loose, nil, "Authorization", auth), 404, "BLOB_UNKNOWN")

	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	m, err := manifest.Parse(manifest.OCIManifest, body)
	if err != nil {
		t.Fatal(err)
	}
	file := "/v2/lab/hello/blobs/" + string(m.Layers[0].Digest)
	want(t, s.Do(t, "DELETE", file, nil, "Authorization", auth), 409, "DENIED")
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(digest.FromBytes(body)), nil, "Authorization", auth), 202)
	want(t, s.Do(t, "DELETE", file, nil, "Authorization", auth), 202)
	want(t, s.put(t, auth, "lab/hello", "v1", body), 404, "MANIFEST_BLOB_UNKNOWN")
}

func TestDeletingABlobNeedsTheRight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	blob := "/v2/lab/hello/blobs/" + string(s.upload(t, auth, "lab/hello", noise(10)))
	writer := "Bearer " + s.TokenFor(t, ann, identity.NewToken{Scope: model.ScopeRead | model.ScopeWrite})
	bob := s.account(t, "bob")
	s.SetRole(t, ann, "lab", "bob", model.Contributor)
	for _, who := range []string{writer, bob} {
		want(t, s.Do(t, "DELETE", blob, nil, "Authorization", who), 403, "DENIED")
	}
	want(t, s.Do(t, "GET", blob, nil, "Authorization", auth), 200)
}

// TestDeletedIndexTakesItsTagAway deletes, by its digest, the index that was made of a
// tag's images.
func TestDeletedIndexTakesItsTagAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	amd := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{Arch: "amd64"})
	s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{Arch: "arm64"})
	want(t, s.put(t, auth, "lab/hello", "kept", amd), 201)
	index := s.Do(t, "HEAD", "/v2/lab/hello/manifests/v1", nil, "Authorization", auth).Header.Get("Docker-Content-Digest")
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+index, nil, "Authorization", auth), 202)
	for _, gone := range []string{"v1", index} {
		want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/"+gone, nil, "Authorization", auth), 404, "MANIFEST_UNKNOWN")
	}
	a := s.Do(t, "GET", "/v2/lab/hello/tags/list", nil, "Authorization", auth)
	if !strings.Contains(a.Body, `"tags":["kept"]`) {
		t.Errorf("the tags are %s", a.Body)
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/kept", nil, "Authorization", auth), 200)
}

// TestPartOfAnIndexIsNotDeleted names what uses it.
func TestPartOfAnIndexIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	auth := s.account(t, "ann")
	child := digest.FromBytes(s.pushSIF(t, auth, "lab/hello", "one", siftest.Options{}))
	index := fmt.Sprintf(`{"schemaVersion":2,"manifests":[{"mediaType":%q,"digest":%q,"size":1}]}`, manifest.OCIManifest, child)
	want(t, s.Do(t, "PUT", "/v2/lab/hello/manifests/multi", []byte(index), "Authorization", auth, "Content-Type", manifest.OCIIndex), 201)
	a := s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(child), nil, "Authorization", auth)
	want(t, a, 409, "DENIED")
	if !strings.Contains(a.Body, "lab/hello:multi") || !strings.Contains(a.Body, string(digest.FromString(index))) {
		t.Errorf("it says %s", a.Body)
	}
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/"+string(child), nil, "Authorization", auth), 200)
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(digest.FromString(index)), nil, "Authorization", auth), 202)
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/"+string(child), nil, "Authorization", auth), 202)
}
