package library_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/proto/library"
	"sregistry/app/proto/oci"
	"sregistry/app/sif/siftest"
)

// plenty is a rate that no test reaches.
var plenty = httpx.Rate{PerSecond: 1e6, Burst: 1e6}

// fixture is a registry with this door and the OCI door, a clock that a test can move, and
// Alice, who has a token.
type fixture struct {
	*doortest.Site
	ahead atomic.Int64 // of the true time, in nanoseconds
	alice person
}

type person struct {
	model.Actor
	token string
}

func newFixture(t *testing.T, options ...doortest.Option) *fixture {
	t.Helper()
	f := &fixture{}
	now := func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }
	f.Site = doortest.New(t, append(options, doortest.WithClock(now))...)
	address, err := url.Parse(f.URL + "/") // with a "/", as people write it
	if err != nil {
		t.Fatal(err)
	}
	limits := httpx.NewLimits(plenty, plenty)
	s := library.Settings{Registry: f.Registry, Identity: f.Identity, Limits: limits, Version: "9.9.9", Address: httpx.Address{Public: address}}
	f.Mount(library.Errors, library.Routes(s), library.Authenticate(f.Identity, limits))
	f.Mount(library.Errors, library.Open(s))
	f.Mount(oci.Errors, oci.Routes(oci.Settings{Registry: f.Registry, Identity: f.Identity, Limits: httpx.NewLimits(plenty, plenty)}))
	f.alice = f.person(t, "alice")
	return f
}

func (f *fixture) person(t *testing.T, name string) person {
	t.Helper()
	a := f.User(t, name)
	return person{a, f.Token(t, a)}
}

// nobody has no token.
var nobody person

// ask sends a request as the clients do: a token if there is one, and no content type.
func (p person) ask(t *testing.T, f *fixture, method, path, body string) doortest.Answer {
	t.Helper()
	authorization := ""
	if p.token != "" {
		authorization = "Bearer " + p.token
	}
	return f.Do(t, method, path, body, "Authorization", authorization, "User-Agent", "Apptainer/1.6.0 (Linux amd64) Go/1.26.8")
}

// want asks, fails the test unless the status is the expected one, and decodes "data".
func (p person) want(t *testing.T, f *fixture, status int, method, path, body string) map[string]any {
	t.Helper()
	a := p.ask(t, f, method, path, body)
	if a.Status != status {
		t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.Status, a.Body, status)
	}
	var envelope struct{ Data map[string]any }
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &envelope); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, a.Body)
		}
	}
	return envelope.Data
}

// refuse asks, and fails the test unless the answer is a failure in the clients' envelope,
// with its status as code; it gives the sentence.
func (p person) refuse(t *testing.T, f *fixture, status int, method, path, body string) string {
	t.Helper()
	return wantFailure(t, p.ask(t, f, method, path, body), status, method+" "+path+" "+body)
}

func wantFailure(t *testing.T, a doortest.Answer, status int, what string) string {
	t.Helper()
	var envelope struct {
		Error struct {
			Code    int
			Message string
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &envelope); err != nil || a.Status != status || envelope.Error.Code != status || envelope.Error.Message == "" {
		t.Fatalf("%s: %d %q, want %d with a sentence", what, a.Status, a.Body, status)
	}
	return envelope.Error.Message
}

// started is a push up to the point where the image has an id.
type started struct{ container, image string }

// start does what comes before an upload: see section "push, new image" of the protocol.
func (p person) start(t *testing.T, f *fixture, entity, collection, name string, file []byte) started {
	t.Helper()
	e := p.want(t, f, 200, http.MethodPost, "/v1/entities", object("name", entity))
	c := p.want(t, f, 200, http.MethodPost, "/v1/collections", object("name", collection, "entity", e["id"]))
	k := p.want(t, f, 200, http.MethodPost, "/v1/containers", object("name", name, "collection", c["id"]))
	i := p.want(t, f, 200, http.MethodPost, "/v1/images", object("hash", hash(file), "container", k["id"], "description", "-D text"))
	return started{k["id"].(string), i["id"].(string)}
}

// send uploads a file in one piece and gives what _complete answers.
func (p person) send(t *testing.T, f *fixture, image string, file []byte) doortest.Answer {
	t.Helper()
	u := p.want(t, f, 200, http.MethodPost, "/v2/imagefile/"+image, object("filesize", len(file), "sha256sum", digest.FromBytes(file).Encoded()))
	if a := f.Do(t, http.MethodPut, u["uploadURL"].(string), file); a.Status != http.StatusOK {
		t.Fatalf("PUT: %d %s", a.Status, a.Body)
	}
	return p.ask(t, f, http.MethodPut, "/v2/imagefile/"+image+"/_complete", "{}")
}

// push does a whole push.
func (p person) push(t *testing.T, f *fixture, entity, collection, name, tag string, file []byte) started {
	t.Helper()
	s := p.start(t, f, entity, collection, name, file)
	if a := p.send(t, f, s.image, file); a.Status != http.StatusOK {
		t.Fatalf("complete: %d %s", a.Status, a.Body)
	}
	p.want(t, f, 200, http.MethodPost, "/v2/tags/"+s.container, object("Tag", tag, "ImageID", s.image))
	return s
}

// object writes JSON of alternating keys and values.
func object(pairs ...any) string {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // of strings and numbers
	}
	return string(text)
}

func hash(file []byte) string { return "sha256." + digest.FromBytes(file).Encoded() }

// image makes a small SIF; seed varies its content.
func image(t *testing.T, arch string, seed uint64) []byte {
	t.Helper()
	return siftest.SIF(t, siftest.Options{Arch: arch, Payload: 1000, Seed: seed})
}
