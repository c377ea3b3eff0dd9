package hub_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/proto/hub"
)

// plenty is a rate that no test reaches.
var plenty = httpx.Rate{PerSecond: 1e6, Burst: 1e6}

// fixture is a registry with this door, and a clock that a test can move.
type fixture struct {
	*doortest.Site
	clock *clock
	admin model.Actor
}

type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(c.at.Load(), 0) }
func (c *clock) set(at time.Time)        { c.at.Store(at.Unix()) }
func (c *clock) advance(d time.Duration) { c.set(c.now().Add(d)) }

func newFixture(t testing.TB, options ...doortest.Option) *fixture {
	t.Helper()
	return newLimited(t, httpx.NewLimits(plenty, plenty), options...)
}

func newLimited(t testing.TB, limits *httpx.Limits, options ...doortest.Option) *fixture {
	t.Helper()
	f := &fixture{clock: &clock{}}
	f.clock.set(time.Date(2026, 11, 22, 13, 30, 0, 0, time.UTC))
	f.Site = doortest.New(t, append(options, doortest.WithClock(f.clock.now))...)
	address, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.Mount(hub.Errors, hub.Routes(hub.Settings{Registry: f.Registry, Identity: f.Identity, Limits: limits,
		Address: httpx.Address{Public: address}, Now: f.clock.now}))
	f.admin = f.Admin(t, "root")
	return f
}

// person is somebody with an account and a token.
type person struct {
	doortest.HubClient
	actor model.Actor
}

func (f *fixture) person(t testing.TB, name string) person {
	t.Helper()
	a := f.User(t, name)
	return person{doortest.HubClient{User: name, Token: f.Token(t, a)}, a}
}

// client is somebody with a token of a certain kind.
func (f *fixture) client(t *testing.T, owner model.Actor, n identity.NewToken) doortest.HubClient {
	t.Helper()
	return doortest.HubClient{User: owner.Name, Token: f.TokenFor(t, owner, n)}
}

// announce is the first step of a push.
func (f *fixture) announce(t *testing.T, authorization, collection, name, tag string) doortest.Answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"collection": collection, "name": name, "tag": tag})
	if err != nil {
		t.Fatal(err)
	}
	return f.Do(t, http.MethodPost, "/api/upload/chunked_upload", body, "Content-Type", "application/json", "Authorization", authorization)
}

// upload is the second step of a push.
func (f *fixture) upload(t *testing.T, authorization, collection, name, tag string, file []byte) doortest.Answer {
	t.Helper()
	return f.Do(t, http.MethodPost, "/upload", doortest.HubForm(authorization, collection, name, tag, file),
		"Content-Type", doortest.HubFormType, "Authorization", authorization)
}

// pull asks for a manifest; somebody without a token does not sign.
func (f *fixture) pull(t *testing.T, by doortest.HubClient, collection, name, tag string) doortest.Answer {
	t.Helper()
	return f.signed(t, by, http.MethodGet, "pull", collection, name, tag)
}

func (f *fixture) remove(t *testing.T, by doortest.HubClient, collection, name, tag string) doortest.Answer {
	t.Helper()
	return f.signed(t, by, http.MethodDelete, "delete", collection, name, tag)
}

func (f *fixture) signed(t *testing.T, by doortest.HubClient, method, kind, collection, name, tag string) doortest.Answer {
	t.Helper()
	authorization := ""
	if by.Token != "" {
		authorization = by.Sign(f.clock.now(), kind, collection, name, tag)
	}
	return f.Do(t, method, "/api/container/"+collection+"/"+name+":"+tag, nil, "Authorization", authorization, "Content-Type", "application/json")
}

// nobody has no account.
var nobody = doortest.HubClient{}

// want fails the test unless an answer has a status; it gives the JSON of the answer.
func want(t *testing.T, a doortest.Answer, status int) map[string]any {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	if a.Body == "" {
		return nil
	}
	return object(t, a.Body)
}

// wantDetail fails the test unless an answer is a refusal with a sentence.
func wantDetail(t *testing.T, a doortest.Answer, status int) string {
	t.Helper()
	detail, _ := want(t, a, status)["detail"].(string)
	if detail == "" {
		t.Fatalf("no detail: %s", a.Body)
	}
	return detail
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func list(t *testing.T, text string) []map[string]any {
	t.Helper()
	var v []map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}
