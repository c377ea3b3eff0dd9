package library_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// address begins an upload in one piece and gives its address.
func (p person) address(t *testing.T, f *fixture, image string, size int) string {
	t.Helper()
	return p.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+image, object("filesize", size))["uploadURL"].(string)
}

func TestUploadLinkWorksOnceAndForAWhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	link := f.alice.address(t, f, s.image, len(file))
	wantFailure(t, f.Do(t, http.MethodPut, link+"A", file), http.StatusUnauthorized, "forged")
	wantFailure(t, f.Do(t, http.MethodPut, link, file[1:]), http.StatusBadRequest, "too short")
	wantFailure(t, f.Do(t, http.MethodPut, link, append(file[:len(file):len(file)], 'x')), http.StatusBadRequest, "too long")
	if a := f.Do(t, http.MethodPut, link, file); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	wantFailure(t, f.Do(t, http.MethodPut, link, file), http.StatusConflict, "twice")
	broken := f.alice.address(t, f, s.image, len(file))
	wantFailure(t, f.Do(t, http.MethodPut, broken, io.LimitReader(bytes.NewReader(file), 100)), http.StatusBadRequest, "broken off")
	wantFailure(t, f.Do(t, http.MethodPut, broken, file), http.StatusConflict, "after it was broken off")
	late := f.alice.address(t, f, s.image, len(file))
	f.ahead.Add(int64(identity.TicketLife + time.Second))
	wantFailure(t, f.Do(t, http.MethodPut, late, file), http.StatusUnauthorized, "late")
}

func TestUploadLinkEndsWithTheRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	bob := f.person(t, "bob")
	f.SetRole(t, f.alice.Actor, "alice/tools", "bob", model.Owner)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	link := bob.address(t, f, s.image, len(file))
	f.SetRole(t, f.alice.Actor, "alice/tools", "bob", model.NoRole)
	wantFailure(t, f.Do(t, http.MethodPut, link, file), http.StatusForbidden, "an owner no more")
}

func TestNothingIsHalfMade(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	junk := []byte("#!/bin/sh\necho not an image\n")
	s := f.alice.start(t, f, "alice", "tools", "x", junk)
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/collections/alice/tools", "")
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, "/v2/imagefile/"+s.image+"/_complete", "{}")
	if text := wantFailure(t, f.alice.send(t, f, s.image, junk), http.StatusBadRequest, "junk"); text == "" {
		t.Error("no sentence")
	}
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/images/alice/tools/x:"+hash(junk), "")
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodPost, "/v2/tags/"+s.container, object("Tag", "1", "ImageID", s.image))
}

func TestPartsComeInTheirOrderOrNotAtAll(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	path := "/v2/imagefile/" + s.image + "/_multipart"
	begin := func() any {
		return f.alice.want(t, f, 200, http.MethodPost, path, object("filesize", len(file)))["uploadID"]
	}
	part := func(upload any, number, size int, sum string) string {
		return object("uploadID", upload, "partNumber", number, "partSize", size, "sha256sum", sum)
	}
	id := begin()
	for what, body := range map[string]string{
		"part 0": part(id, 0, 10, ""), "no bytes": part(id, 1, 0, ""), "too many bytes": part(id, 1, 65<<20, ""),
		"a far part": part(id, 1<<62, 10, ""), "a bad sum": part(id, 1, 10, "xyz"),
	} {
		if text := f.alice.refuse(t, f, http.StatusBadRequest, http.MethodPut, path, body); text == "" {
			t.Error(what)
		}
	}
	if text := f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path, part(id, 2, 10, "")); !strings.Contains(text, "one after the other") {
		t.Error(text)
	}
	// Never 404: the client would begin anew with a file that it has half read.
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path, part("unknown", 1, 10, ""))
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path+"_complete", object("uploadID", "unknown"))
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path+"_abort", object("uploadID", "unknown"))
	f.person(t, "bob").refuse(t, f, http.StatusForbidden, http.MethodPut, path, part(id, 1, 10, ""))

	// A missing part.
	if text := f.alice.refuse(t, f, http.StatusBadRequest, http.MethodPut, path+"_complete", object("uploadID", id)); !strings.Contains(text, "part is missing") {
		t.Error(text)
	}
	// A part that is not what its sum says ends the upload.
	id = begin()
	link := f.alice.want(t, f, 200, http.MethodPut, path, part(id, 1, len(file), digest.FromString("other").Encoded()))["presignedURL"].(string)
	wantFailure(t, f.Do(t, http.MethodPut, link, file), http.StatusBadRequest, "wrong part")
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path+"_complete", object("uploadID", id))
	// One that was given up.
	id = begin()
	if a := f.alice.ask(t, f, http.MethodPut, path+"_abort", object("uploadID", id)); a.Status != http.StatusNoContent {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, path, part(id, 1, 10, ""))
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/containers/alice/tools/x", "")
}

func TestWrongTypesAreNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.alice.start(t, f, "alice", "tools", "x", image(t, "amd64", 1))
	for _, c := range []struct{ method, path, body, field string }{
		{http.MethodPost, "/v1/entities", `{"name":7}`, "name"},
		{http.MethodPost, "/v1/collections", `{"name":"x","entity":{}}`, "entity"},
		{http.MethodPost, "/v1/images", `{"hash":[]}`, "hash"},
		{http.MethodPost, "/v2/imagefile/" + s.image, `{"filesize":"7"}`, "filesize"},
		{http.MethodPut, "/v2/imagefile/" + s.image + "/_multipart", `{"partNumber":"1"}`, "partNumber"},
		{http.MethodPost, "/v2/tags/" + s.container, `{"Tag":1}`, "Tag"},
		{http.MethodPost, "/v1/entities", `{`, ""},
		{http.MethodPost, "/v1/entities", ``, ""},
		{http.MethodPost, "/v1/entities", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, ""},
	} {
		status := http.StatusBadRequest
		if len(c.body) > 1<<20 {
			status = http.StatusRequestEntityTooLarge
		}
		if text := f.alice.refuse(t, f, status, c.method, c.path, c.body); !strings.Contains(text, c.field) {
			t.Errorf("%s %s: %s", c.path, c.body, text)
		}
	}
}

func TestBadNamesIdsAndSumsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.push(t, f, "alice", "tools", "x", "1", file)
	other := f.alice.push(t, f, "alice", "tools", "y", "1", file)
	encoded := func(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }
	for _, c := range []struct{ method, path, body string }{
		{http.MethodGet, "/v1/images/al!ce/tools/x:1", ""},
		{http.MethodGet, "/v1/images/alice/tools/x@1", ""},
		{http.MethodGet, "/v1/images/alice/tools/x@sha256:abc", ""},
		{http.MethodGet, "/v1/images/alice/tools/x@sha256.abc:latest", ""},
		{http.MethodGet, "/v1/images/alice/tools/x:x+y", ""},
		{http.MethodGet, "/v1/images/alice/tools/x:sha256.abc", ""},
		{http.MethodGet, "/v1/images/alice/tools/x:", ""},
		{http.MethodGet, "/v1/imagefile/alice/tools/..:1", ""},
		{http.MethodPost, "/v1/entities", object("name", "")},
		{http.MethodPost, "/v1/entities", object("name", "a/b")},
		{http.MethodPost, "/v1/collections", object("name", "x", "entity", "%%%")},
		{http.MethodPost, "/v1/collections", object("name", "x", "entity", "")},
		{http.MethodPost, "/v1/containers", object("name", "x y", "collection", encoded("alice/tools"))},
		{http.MethodPost, "/v1/containers", object("name", "x", "collection", encoded("alice"))},
		{http.MethodPost, "/v1/images", object("hash", "sha256.abc", "container", s.container)},
		{http.MethodPost, "/v1/images", object("hash", "", "container", s.container)},
		{http.MethodPost, "/v1/images", object("hash", "sha512."+strings.Repeat("0", 128), "container", s.container)},
		{http.MethodPost, "/v1/images", object("hash", hash(file), "container", encoded("alice/tools"))},
		{http.MethodPost, "/v2/imagefile/" + encoded("alice/tools/x@abc"), object("filesize", 1)},
		{http.MethodPost, "/v2/imagefile/" + s.image, object("filesize", 0)},
		{http.MethodPost, "/v2/imagefile/" + s.image, object("filesize", -1)},
		{http.MethodPost, "/v2/imagefile/" + s.image, object("filesize", 1, "sha256sum", strings.Repeat("0", 64))},
		{http.MethodPost, "/v2/tags/" + s.container, object("Tag", "2", "ImageID", other.image)},
		{http.MethodPost, "/v2/tags/" + s.container, object("Tag", "2", "ImageID", "")},
	} {
		f.alice.refuse(t, f, http.StatusBadRequest, c.method, c.path, c.body)
	}
	f.alice.refuse(t, f, http.StatusForbidden, http.MethodPost, "/v1/collections", object("name", "setup", "entity", encoded("library")))
}

// What is no file is told so, in words by which SingularityCE finds the way.
func TestOCIImagesAreNotOffered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/tools/x", "1", siftest.Options{})
	config, layer := []byte(`{"architecture":"amd64","os":"linux"}`), []byte("layer")
	for _, blob := range [][]byte{config, layer} {
		a := f.Do(t, http.MethodPost, "/v2/alice/tools/x/blobs/uploads/?digest="+digest.FromBytes(blob).String(), blob, "Authorization", "Bearer "+f.alice.token)
		if a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	manifest := `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` +
		digest.FromBytes(config).String() + `","size":37},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"` + digest.FromBytes(layer).String() + `","size":5}]}`
	a := f.Do(t, http.MethodPut, "/v2/alice/tools/x/manifests/oci", manifest, "Authorization", "Bearer "+f.alice.token, "Content-Type", "application/vnd.oci.image.manifest.v1+json")
	if a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	for _, path := range []string{"/v1/images/", "/v1/imagefile/"} {
		text := f.alice.refuse(t, f, http.StatusUnsupportedMediaType, http.MethodGet, path+"alice/tools/x:oci?arch=amd64", "")
		if !strings.Contains(text, "application/vnd.oci.image.config.v1+json") {
			t.Error(text)
		}
	}
	found := f.alice.ask(t, f, http.MethodGet, "/v1/search?value=alice&arch=amd64", "").Body
	if strings.Contains(found, "oci") || strings.Count(found, `"hash"`) != 1 {
		t.Error(found)
	}
	f.alice.want(t, f, 200, http.MethodDelete, "/v1/images/alice/tools/x:oci?arch=amd64", "")
	if a := f.alice.ask(t, f, http.MethodGet, "/v1/images/alice/tools/x:oci?arch=amd64", ""); a.Status != http.StatusNotFound {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// A stranger learns nothing of a private image by any of the ways to ask for one.
func TestPrivateImagesAreHidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	i := f.Push(t, f.alice.Actor, "alice/secret/x", "1", siftest.Options{})
	bob := f.person(t, "bob")
	same := func(p person, method, path string) {
		hidden := p.ask(t, f, method, strings.ReplaceAll(path, "NAME", "alice/secret/x"), "")
		missing := p.ask(t, f, method, strings.ReplaceAll(path, "NAME", "alice/nowhere/x"), "")
		if hidden.Status != missing.Status || strings.ReplaceAll(hidden.Body, "secret", "nowhere") != missing.Body {
			t.Errorf("%s %s: %d %s, but %d %s", method, path, hidden.Status, hidden.Body, missing.Status, missing.Body)
		}
	}
	for _, p := range []person{bob, nobody} {
		for _, reference := range []string{"1", "2", "sha256." + i.Content.Encoded()} {
			same(p, http.MethodGet, "/v1/images/NAME:"+reference+"?arch=amd64")
			same(p, http.MethodGet, "/v1/imagefile/NAME:"+reference+"?arch=amd64")
			same(p, http.MethodDelete, "/v1/images/NAME:"+reference+"?arch=amd64")
		}
		same(p, http.MethodGet, "/v1/containers/NAME")
		if found := p.ask(t, f, http.MethodGet, "/v1/search?value=secret&arch=amd64", ""); found.Status != 200 || strings.Contains(found.Body, "hash") {
			t.Errorf("%d %s", found.Status, found.Body)
		}
	}
}
