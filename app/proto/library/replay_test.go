package library_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/sif/siftest"
)

// What the programs themselves were seen to send, word for word but for names and ids.

// common are the fields with which every object that is created begins.
const common = `{"deleted":false,"createdBy":"","createdAt":"0001-01-01T00:00:00Z","updatedAt":"0001-01-01T00:00:00Z","deletedAt":"0001-01-01T00:00:00Z","id":"",`

// the bodies of creation; "$" stands for the id of the parent.
const (
	postEntity     = common + `"name":"alice","description":"No description","collections":null,"size":0,"quota":0,"defaultPrivate":false,"customData":""}`
	postCollection = common + `"name":"col","description":"No description","entity":"$","containers":null,"size":0,"private":false,"customData":""}`
	postContainer  = common + `"name":"img","description":"No description","fullDescription":"","collection":"$","images":null,"imageTags":null,"archTags":null,"size":0,"downloadCount":0,"stars":0,"private":false,"readOnly":false,"customData":""}`
	postImage      = common + `"hash":"#","description":"ein Bild für Übungen","container":"$","size":0,"uploaded":false,"customData":"","containerStars":0,"containerDownloads":0}`
)

// parents replays a push up to the image, and gives the ids of container and image.
func parents(t *testing.T, f *fixture, file []byte) started {
	t.Helper()
	p := f.alice
	redirect := "/v1/oci-redirect?accessTypes=pull%2Cpush&mapped=1&namespace=alice%2Fcol%2Fimg"
	p.refuse(t, f, 404, http.MethodGet, redirect, "")
	p.want(t, f, 200, http.MethodGet, "/v1/entities/alice", "")
	entity := p.want(t, f, 200, http.MethodPost, "/v1/entities", postEntity)["id"].(string)
	p.refuse(t, f, 404, http.MethodGet, "/v1/collections/alice/col", "")
	collection := p.want(t, f, 200, http.MethodPost, "/v1/collections", strings.ReplaceAll(postCollection, "$", entity))["id"].(string)
	p.refuse(t, f, 404, http.MethodGet, "/v1/containers/alice/col/img", "")
	container := p.want(t, f, 200, http.MethodPost, "/v1/containers", strings.ReplaceAll(postContainer, "$", collection))["id"].(string)
	p.refuse(t, f, 404, http.MethodGet, "/v1/images/alice/col/img:"+hash(file)+"?arch=amd64", "")
	body := strings.ReplaceAll(strings.ReplaceAll(postImage, "$", container), "#", hash(file))
	i := p.want(t, f, 200, http.MethodPost, "/v1/images", body)
	if i["uploaded"] != false || i["hash"] != hash(file) {
		t.Fatalf("%v", i)
	}
	p.want(t, f, 200, http.MethodGet, "/version", "")
	return started{container, i["id"].(string)}
}

// pulled replays a pull, and fails the test unless it gives the file.
func pulled(t *testing.T, f *fixture, file []byte) {
	t.Helper()
	a := f.alice.ask(t, f, http.MethodGet, "/v1/images/alice/col/img:v1?arch=amd64", "")
	if !strings.Contains(a.Body, `"hash":"`+hash(file)+`"`) || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", a.Body, a.Header)
	}
	f.alice.refuse(t, f, 404, http.MethodGet, "/v1/oci-redirect?accessTypes=pull&mapped=1&namespace=alice%2Fcol%2Fimg", "")
	f.alice.want(t, f, 200, http.MethodGet, "/version", "")
	if a := f.alice.ask(t, f, http.MethodGet, "/v1/imagefile/alice/col/img:v1?arch=amd64", ""); a.Status != 200 || a.Body != string(file) {
		t.Errorf("%d, %d bytes", a.Status, len(a.Body))
	}
}

func TestReplayOfAPushAndAPull(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := parents(t, f, file)
	u := f.alice.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+s.image,
		object("filesize", len(file), "md5sum", strings.Repeat("0", 32), "sha256sum", digest.FromBytes(file).Encoded()))
	a := f.Do(t, http.MethodPut, u["uploadURL"].(string), file, "Content-Type", "application/octet-stream", "User-Agent", "Go-http-client/1.1")
	if a.Status != 200 {
		t.Fatalf("PUT: %d", a.Status)
	}
	f.alice.want(t, f, 200, http.MethodPut, "/v2/imagefile/"+s.image+"/_complete", "{}")
	f.alice.want(t, f, 200, http.MethodGet, "/version", "")
	f.alice.want(t, f, 200, http.MethodGet, "/v2/tags/"+s.container, "")
	f.alice.want(t, f, 200, http.MethodPost, "/v2/tags/"+s.container, `{"Arch":"amd64","Tag":"v1","ImageID":"`+s.image+`"}`)
	pulled(t, f, file)
	// Once more: now it is all there, and the tag is set again.
	for _, path := range []string{"/v1/entities/alice", "/v1/collections/alice/col", "/v1/containers/alice/col/img"} {
		f.alice.want(t, f, 200, http.MethodGet, path, "")
	}
	again := f.alice.want(t, f, 200, http.MethodGet, "/v1/images/alice/col/img:"+hash(file)+"?arch=amd64", "")
	if again["uploaded"] != true || again["id"] != s.image || again["container"] != s.container {
		t.Errorf("%v", again)
	}
	f.alice.want(t, f, 200, http.MethodPost, "/v2/tags/"+s.container, `{"Arch":"amd64","Tag":"v1","ImageID":"`+s.image+`"}`)
}

func TestReplayOfAPushInParts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := siftest.SIF(t, siftest.Options{Payload: 65 << 20, Seed: 1})
	s := parents(t, f, file)
	path := "/v2/imagefile/" + s.image + "/_multipart"
	m := f.alice.want(t, f, 200, http.MethodPost, path, object("filesize", len(file)))
	size, parts := int(m["partSize"].(float64)), int(m["totalParts"].(float64))
	if size != 64<<20 || parts != 2 {
		t.Fatalf("%v", m)
	}
	completed := []map[string]any{}
	for n := 1; n <= parts; n++ {
		part := file[(n-1)*size : min(n*size, len(file))]
		sum := digest.FromBytes(part).Encoded()
		u := f.alice.want(t, f, 200, http.MethodPut, path, object("partSize", len(part), "uploadID", m["uploadID"], "partNumber", n, "sha256sum", sum))
		a := f.Do(t, http.MethodPut, u["presignedURL"].(string), bytes.NewReader(part), "X-Amz-Content-Sha256", sum)
		if a.Status != 200 || a.Header.Get("ETag") == "" {
			t.Fatalf("part %d: %d %s %v", n, a.Status, a.Body, a.Header)
		}
		completed = append(completed, map[string]any{"partNumber": n, "token": a.Header.Get("ETag")})
	}
	done := f.alice.want(t, f, 200, http.MethodPut, path+"_complete", object("uploadID", m["uploadID"], "completedParts", completed))
	if done["containerUrl"] == "" {
		t.Errorf("%v", done)
	}
	f.alice.want(t, f, 200, http.MethodPost, "/v2/tags/"+s.container, `{"Arch":"amd64","Tag":"v1","ImageID":"`+s.image+`"}`)
	pulled(t, f, file)
}

func TestReplayOfAnOldPush(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	file := image(t, "amd64", 1)
	s := parents(t, f, file)
	if a := f.alice.ask(t, f, http.MethodPost, "/v1/imagefile/"+s.image, string(file)); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	f.alice.want(t, f, 200, http.MethodGet, "/v1/tags/"+s.container, "")
	f.alice.want(t, f, 200, http.MethodPost, "/v1/tags/"+s.container, `{"Tag":"v1","ImageID":"`+s.image+`"}`)
	pulled(t, f, file)
}

// remote login, then remote status, logged in and out.
func TestReplayOfARemote(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, p := range []person{f.alice, nobody} {
		if a := f.Do(t, http.MethodGet, "/assets/config/config.prod.json", nil, "User-Agent", "Apptainer/1.6.0 (Linux amd64) Go/1.26.8"); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		nobody.want(t, f, 200, http.MethodGet, "/version", "")
		a := f.Do(t, http.MethodGet, "/v1/rbac/users/current", nil, "Authorization", "Bearer "+p.token, "User-Agent", "Go-http-client/1.1")
		if p.token == "" {
			wantFailure(t, a, http.StatusUnauthorized, "logged out")
			continue
		}
		var u struct {
			Username, Email, Realname string
			Meta                      struct{ Secret string } `json:"oidc_user_meta"`
		}
		if err := json.Unmarshal([]byte(a.Body), &u); err != nil || u.Username != "alice" || u.Realname != "alice" || u.Meta.Secret != p.token {
			t.Errorf("%+v, %v", u, err)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", a.Header)
		}
		p.want(t, f, 200, http.MethodGet, "/v1/token-status", "")
	}
}

func TestReplayOfADeletion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Push(t, f.alice.Actor, "alice/col/img", "v1", siftest.Options{})
	const path = "/v1/images/alice/col/img:v1?arch=amd64"
	nobody.refuse(t, f, http.StatusUnauthorized, http.MethodDelete, path, "")
	f.person(t, "bob").refuse(t, f, http.StatusNotFound, http.MethodDelete, path, "")
	f.alice.want(t, f, 200, http.MethodDelete, path, "")
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodDelete, path, "")
}

// An old .simg does not say its architecture, and so has its tag whole.
func TestOldImagesAreDeletedWhateverTheArchitecture(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.Registry.Push(t.Context(), f.alice.Actor, doortest.Path(t, "alice/col/img"), "v1", bytes.NewReader(siftest.SIMG())); err != nil {
		t.Fatal(err)
	}
	f.alice.want(t, f, 200, http.MethodGet, "/v1/images/alice/col/img:v1?arch=arm64", "")
	f.alice.want(t, f, 200, http.MethodDelete, "/v1/images/alice/col/img:v1?arch=arm64", "")
	f.alice.refuse(t, f, http.StatusNotFound, http.MethodGet, "/v1/images/alice/col/img:v1?arch=amd64", "")
}
