package library_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// The traps of a push, by their numbers in docs/library-traps.md.

func TestTrap03OnlySomeStatusesAreSuccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	if a := f.alice.send(t, f, s.image, file); a.Status != http.StatusOK { // send holds the PUT to 200
		t.Errorf("_complete: %d", a.Status)
	}
	tag := object("Arch", "amd64", "Tag", "1", "ImageID", s.image)
	for _, version := range []string{"/v1", "/v2"} {
		if a := f.alice.ask(t, f, http.MethodPost, version+"/tags/"+s.container, tag); a.Status != http.StatusOK {
			t.Errorf("tag: %d %s", a.Status, a.Body)
		}
	}
	if a := f.alice.ask(t, f, http.MethodDelete, "/v1/images/alice/tools/x:1?arch=amd64", ""); a.Status != http.StatusOK {
		t.Errorf("delete: %d %s", a.Status, a.Body)
	}
}

func TestTrap04JSONIsReadWhateverItsContentType(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		a := f.Do(t, http.MethodPost, "/v1/entities", `{"name":"alice"}`, "Authorization", "Bearer "+f.alice.token, "Content-Type", contentType)
		if a.Status != http.StatusOK {
			t.Errorf("%q: %d %s", contentType, a.Status, a.Body)
		}
	}
}

func TestTrap05TagsOfAnUntaggedContainerAreAnEmptyObject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	f.alice.send(t, f, s.image, file)
	for _, version := range []string{"/v1", "/v2"} {
		if a := f.alice.ask(t, f, http.MethodGet, version+"/tags/"+s.container, ""); a.Status != http.StatusOK || strings.TrimSpace(a.Body) != `{"data":{}}` {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
}

// A client creates what it does not find; so it is refused there, with the same words for
// what is hidden from it and for what it may not make.
func TestTrap06ParentsOfOthersAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/secret/x", "1", siftest.Options{})
	f.Push(t, f.alice.Actor, "library/hers/x", "1", siftest.Options{})
	bob := f.person(t, "bob")
	refused := func(entity, collection string) string {
		bob.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/collections/"+entity+"/"+collection, "")
		bob.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/containers/"+entity+"/"+collection+"/x", "")
		id := bob.want(t, f, 200, http.MethodGet, "/v1/entities/"+entity, "")["id"]
		text := bob.refuse(t, f, http.StatusForbidden, http.MethodPost, "/v1/collections", object("name", collection, "entity", id))
		return strings.ReplaceAll(text, entity+"/"+collection, "NAME")
	}
	hidden := refused("alice", "secret")
	if !strings.Contains(hidden, "You may not push to NAME") {
		t.Error(hidden)
	}
	for _, missing := range [][2]string{{"alice", "nothing"}, {"nobody", "tools"}} {
		if text := refused(missing[0], missing[1]); text != hidden {
			t.Errorf("%s for what is not there, %s for what is hidden", text, hidden)
		}
	}
	id := bob.want(t, f, 200, http.MethodGet, "/v1/entities/library", "")["id"]
	bob.refuse(t, f, http.StatusForbidden, http.MethodPost, "/v1/collections", object("name", "hers", "entity", id))

	// An id that he was never given, but could make up, opens nothing.
	made := f.alice.want(t, f, 200, http.MethodGet, "/v1/collections/alice/secret", "")["id"]
	bob.refuse(t, f, http.StatusForbidden, http.MethodPost, "/v1/containers", object("name", "x", "collection", made))

	f.SetRole(t, f.alice.Actor, "alice/secret", "bob", model.Contributor)
	found := bob.want(t, f, 200, http.MethodGet, "/v1/containers/alice/secret/x", "")
	text := bob.refuse(t, f, http.StatusForbidden, http.MethodPost, "/v1/images", object("hash", hash(image(t, "amd64", 5)), "container", found["id"]))
	if !strings.Contains(text, "not change") {
		t.Error(text)
	}
}

func TestTrap14UploadAddressCarriesItsOwnRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	address := f.alice.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+s.image, object("filesize", len(file)))["uploadURL"].(string)
	if u, err := url.Parse(address); err != nil || !u.IsAbs() || !strings.HasPrefix(address, f.URL+"/v2/") || u.RawQuery != "" {
		t.Errorf("%s, %v", address, err)
	}
	if a := f.Do(t, http.MethodPut, address, file, "Content-Type", "application/octet-stream"); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestTrap15TagBodiesHaveCapitals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.alice.push(t, f, "alice", "tools", "x", "1", image(t, "amd64", 1))
	f.alice.want(t, f, 200, http.MethodPost, "/v2/tags/"+s.container, `{"Arch":"amd64","Tag":"Caps_2.0","ImageID":"`+s.image+`"}`)
	tags := f.alice.want(t, f, 200, http.MethodGet, "/v2/tags/"+s.container, "")
	if amd, _ := tags["amd64"].(map[string]any); amd["Caps_2.0"] != s.image || amd["1"] != s.image {
		t.Errorf("%v", tags)
	}
}

func TestTrap16BadTagsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.alice.push(t, f, "alice", "tools", "x", "1", image(t, "amd64", 1))
	for _, tag := range []string{"", "x+y", "sha256.abc", "sha256.x", "a b", "-x", ".x", strings.Repeat("x", 129), "tag/er", "ä"} {
		for _, version := range []string{"/v1", "/v2"} {
			text := f.alice.refuse(t, f, http.StatusBadRequest, http.MethodPost, version+"/tags/"+s.container, object("Arch", "amd64", "Tag", tag, "ImageID", s.image))
			if !strings.Contains(text, "tag") {
				t.Errorf("%q: %s", tag, text)
			}
		}
	}
}

func TestTrap17OldTagsTakeTheArchitectureOfTheImage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.alice.push(t, f, "alice", "tools", "x", "1", image(t, "amd64", 1))
	file := image(t, "arm64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	f.alice.send(t, f, s.image, file)
	f.alice.want(t, f, 200, http.MethodPost, "/v1/tags/"+s.container, object("Tag", "1", "ImageID", s.image))
	tags := f.alice.want(t, f, 200, http.MethodGet, "/v2/tags/"+s.container, "")
	if len(tags) != 2 || tags["arm64"].(map[string]any)["1"] != s.image {
		t.Errorf("%v", tags)
	}
	if old := f.alice.want(t, f, 200, http.MethodGet, "/v1/tags/"+s.container, ""); len(old) != 1 || old["1"] == "" {
		t.Errorf("%v", old)
	}
	text := f.alice.refuse(t, f, http.StatusBadRequest, http.MethodPost, "/v2/tags/"+s.container, object("Arch", "amd64", "Tag", "2", "ImageID", s.image))
	if text != "The image is for arm64, not for amd64." {
		t.Error(text)
	}
}

func TestTrap18UploadedIsSaidOfVerifiedImagesHereOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	create := object("hash", hash(file), "container", s.container)
	uploaded := func() any {
		return f.alice.want(t, f, 200, http.MethodPost, "/v1/images", create)["uploaded"]
	}
	byHash := "/v1/images/alice/tools/x:" + hash(file) + "?arch=amd64"
	if uploaded() != false {
		t.Error("uploaded before anything came")
	}
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, byHash, "")
	u := f.alice.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+s.image, object("filesize", len(file)))
	f.Do(t, http.MethodPut, u["uploadURL"].(string), file)
	if uploaded() != false {
		t.Error("uploaded before it was verified to be an image")
	}
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/imagefile/alice/tools/x:"+hash(file), "")
	f.alice.want(t, f, 200, http.MethodPut, "/v2/imagefile/"+s.image+"/_complete", "{}")
	if uploaded() != true || f.alice.want(t, f, 200, http.MethodGet, byHash, "")["uploaded"] != true {
		t.Error("not uploaded")
	}
	// A digest is not a permission: neither in another's container, nor in another of one's own.
	for _, p := range []person{f.alice, f.person(t, "bob")} {
		other := p.start(t, f, p.Name, "others", "y", file)
		if p.want(t, f, 200, http.MethodPost, "/v1/images", object("hash", hash(file), "container", other.container))["uploaded"] != false {
			t.Errorf("%s need not upload", p.Name)
		}
		p.refuse(t, f, http.StatusConflict, http.MethodPut, "/v2/imagefile/"+other.image+"/_complete", "{}")
	}
}

func TestTrap19WrongContentIsToldAtCompletion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file, other := image(t, "amd64", 1), image(t, "amd64", 2)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	u := f.alice.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+s.image, object("filesize", len(file)))
	if a := f.Do(t, http.MethodPut, u["uploadURL"].(string), other); a.Status != http.StatusOK {
		t.Errorf("the client would show %d and nothing else", a.Status)
	}
	text := f.alice.refuse(t, f, http.StatusConflict, http.MethodPut, "/v2/imagefile/"+s.image+"/_complete", "{}")
	if !strings.Contains(text, "push it again") {
		t.Error(text)
	}
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/containers/alice/tools/x", "")
}

func TestTrap21LargeBodiesNeedNothingBesideTheirLength(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := siftest.SIF(t, siftest.Options{Payload: 3 << 20, Seed: 1})
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	u := f.alice.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+s.image, object("filesize", len(file)))
	a := f.Do(t, http.MethodPut, u["uploadURL"].(string), file, "Origin", "https://elsewhere.example.org", "Sec-Fetch-Site", "cross-site")
	if a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestTrap27PageOfAPushIsAPath(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := f.alice.start(t, f, "alice", "tools", "x", file)
	a := f.alice.send(t, f, s.image, file)
	if !strings.Contains(a.Body, `"containerUrl":"containers/alice/tools/x:`+hash(file)+`"`) || !strings.Contains(a.Body, `"quotaTotal":0`) {
		t.Error(a.Body)
	}
}

// The sentence of a refused PUT is never shown.
func TestTrap28RefusalsComeBeforeTheBytes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := f.alice.push(t, f, "alice", "tools", "x", "1", image(t, "amd64", 1))
	bob := f.person(t, "bob")
	for _, path := range []string{"/v2/imagefile/" + s.image, "/v2/imagefile/" + s.image + "/_multipart"} {
		bob.refuse(t, f, http.StatusForbidden, http.MethodPost, path, object("filesize", 100))
		nobody.refuse(t, f, http.StatusUnauthorized, http.MethodPost, path, object("filesize", 100))
	}
	if err := f.Registry.FreezeContainer(t.Context(), f.alice.Actor, doortest.Path(t, "alice/tools/x"), true); err != nil {
		t.Fatal(err)
	}
	text := f.alice.refuse(t, f, http.StatusConflict, http.MethodPost, "/v1/images", object("hash", hash(image(t, "amd64", 9)), "container", s.container))
	if !strings.Contains(text, "frozen") {
		t.Error(text)
	}
	f.alice.refuse(t, f, http.StatusConflict, http.MethodPost, "/v2/imagefile/"+s.image, object("filesize", 100))
}
