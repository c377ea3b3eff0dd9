package v1_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/api"
	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	v1 "sregistry/app/proto/v1"
	"sregistry/app/sif/siftest"
)

// public is the address that browsers would use; links and pages must lead there.
const public = "https://registry.example"

// site is a registry with this door, where every answer is checked against openapi.json.
type site struct {
	*doortest.Site
	spec       *specification
	operations map[string]operation
	succeeded  map[string]bool // the operations that answered with success
}

func newSite(t testing.TB, options ...doortest.Option) *site {
	t.Helper()
	address, err := url.Parse(public + "/")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Site: doortest.New(t, options...), spec: readSpecification(t), succeeded: map[string]bool{}}
	s.operations = s.spec.operations(t)
	s.Unrouted = v1.Errors
	unlimited := httpx.Rate{PerSecond: 1e6, Burst: 1e6}
	s.Mount(v1.Errors, v1.Routes(v1.Settings{Registry: s.Registry, Identity: s.Identity, Version: "0", Address: address}),
		v1.Authenticate(s.Identity, httpx.NewLimits(unlimited, unlimited)))
	return s
}

// call sends a request with a token, or with none if it is "", and holds the answer to the
// document. The path is written after /api/v1.
func (s *site) call(t testing.TB, method, path, token, body string) doortest.Answer {
	t.Helper()
	var header []string
	if token != "" {
		header = []string{"Authorization", "Bearer " + token}
	}
	var from any
	if body != "" {
		from = body
	}
	a := s.Do(t, method, api.Prefix+path, from, header...)
	s.hold(t, method, path, a)
	return a
}

// hold fails unless the document says that an operation answers like this.
func (s *site) hold(t testing.TB, method, path string, a doortest.Answer) {
	t.Helper()
	name, ok := s.operation(method, path)
	if !ok {
		t.Errorf("%s %s is not documented", method, path)
		return
	}
	want, ok := s.spec.answer(s.operations[name], a.Status)
	if !ok {
		t.Errorf("%s: the status %d is not documented: %s", name, a.Status, a.Body)
		return
	}
	if a.Status < 300 {
		s.succeeded[name] = true
	}
	if want == nil {
		if a.Body != "" {
			t.Errorf("%s: has a body, which is not documented: %s", name, a.Body)
		}
		return
	}
	for _, wrong := range s.spec.check("", want, decode[any](t, a)) {
		t.Errorf("%s: %d: %s", name, a.Status, wrong)
	}
}

// operation finds the documented operation that a request is for.
func (s *site) operation(method, path string) (string, bool) {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(api.Prefix+path, "/")
	best, literal := "", -1
	for name := range s.operations {
		m, pattern, _ := strings.Cut(name, " ")
		segments := strings.Split(pattern, "/")
		if m != method || len(segments) != len(parts) {
			continue
		}
		same, fits := 0, true
		for i, segment := range segments {
			isSame := segment == parts[i]
			fits = fits && (isSame || strings.HasPrefix(segment, "{"))
			if isSame {
				same++
			}
		}
		if fits && same > literal {
			best, literal = name, same
		}
	}
	return best, literal >= 0
}

// decode reads the JSON of an answer.
func decode[T any](t testing.TB, a doortest.Answer) T {
	t.Helper()
	var out T
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		t.Fatalf("%d: %v in %q", a.Status, err, a.Body)
	}
	return out
}

// want sends a request that must be answered with a status, and decodes the answer.
func want[T any](t testing.TB, s *site, status int, method, path, token, body string) T {
	t.Helper()
	a := s.call(t, method, path, token, body)
	if a.Status != status {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, a.Status, a.Body, status)
	}
	if a.Body == "" {
		var zero T
		return zero
	}
	return decode[T](t, a)
}

// people are the callers of the tables, by the token that each sends.
type people map[string]string

// newLab makes a site with a private collection "lab" of alice's, with the container hello,
// the tags latest and held (which is frozen), the contributor carol, and everybody else.
func newLab(t testing.TB) (*site, people) {
	t.Helper()
	var late atomic.Int64 // so that a token can be made that has expired
	late.Store(int64(time.Hour))
	clock := func() time.Time { return time.Now().Add(-time.Duration(late.Load())) }
	s := newSite(t, doortest.WithClock(clock))
	alice, bob, carol, root := s.User(t, "alice"), s.User(t, "bob"), s.User(t, "carol"), s.Admin(t, "root")
	s.Push(t, alice, "lab/hello", "latest", siftest.Options{Labels: map[string]string{"maker": "alice"}})
	s.Push(t, alice, "lab/hello", "held", siftest.Options{Payload: 1, Seed: 1})
	s.Push(t, alice, "other/thing", "latest", siftest.Options{})
	s.SetRole(t, alice, "lab", "carol", model.Contributor)
	if err := s.Registry.FreezeTag(t.Context(), alice, doortest.Path(t, "lab/hello"), "held", true); err != nil {
		t.Fatal(err)
	}
	other, err := s.Registry.Collection(t.Context(), alice, doortest.Path(t, "other"))
	if err != nil {
		t.Fatal(err)
	}
	p := people{"anonymous": "", "stranger": s.Token(t, bob), "contributor": s.Token(t, carol), "owner": s.Token(t, alice),
		"admin": s.Token(t, root), "reader": s.TokenFor(t, alice, identity.NewToken{Scope: model.ScopeRead}),
		"narrowed": s.TokenFor(t, alice, identity.NewToken{Scope: model.ScopeAll, Collections: []int64{other.ID}}),
		"expired":  s.TokenFor(t, alice, identity.NewToken{Scope: model.ScopeAll, Expires: clock().Add(time.Minute)})}
	late.Store(0)
	return s, p
}

func atoi(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// newBrowser gives a request without a session and a place for its answer.
func newBrowser(t testing.TB) (*httptest.ResponseRecorder, *http.Request) {
	t.Helper()
	return httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, public+"/", nil)
}
