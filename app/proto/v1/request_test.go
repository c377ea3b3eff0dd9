package v1_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sregistry/app/api"
	"sregistry/app/doortest"
	"sregistry/app/httpx"
	v1 "sregistry/app/proto/v1"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// TestNamesTravelInOneSegment asks for names as people write them, and escaped more than
// needed.
func TestNamesTravelInOneSegment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice := s.Admin(t, "alice")
	token := s.Token(t, alice)
	for _, name := range []string{"lab/hello", "alice/samtools", "alice/tools/deep/er", "library/one"} {
		s.Push(t, alice, name, "v1.0", siftest.Options{})
		for _, written := range []string{url.PathEscape(name), url.PathEscape(strings.Replace(name, "l", "%6c", 1)), strings.ReplaceAll(name, "/", "%2f")} {
			written = strings.ReplaceAll(written, "%256c", "%6C")
			image := want[api.Image](t, s, 200, "GET", "/containers/"+written+"/images/v1%2E0", token, "")
			if image.Container != name {
				t.Errorf("%s: got %s", written, image.Container)
			}
		}
	}
	for path, status := range map[string]int{
		"/containers/lab/hello": 404, "/collections/lab/x": 404, "/tokens/a/b": 405, "/containers/lab%2Fhello/": 404,
		"/containers/Lab%2Fhello": 400, "/containers/lab%2F%2Fhello": 400, "/containers/lab%2F..%2Fhello": 400, "/containers/%20": 400,
		"/containers/lab%2Fhello/images/-": 400, "/containers/lab%2Fhello/images/sha256:abc": 400, "/nothing": 404, "/../v1/whoami": 404,
	} {
		if a := s.Do(t, "GET", api.Prefix+path, nil, "Authorization", "Bearer "+token); a.Status != status || decode[api.Failure](t, a).Error.Message == "" {
			t.Errorf("%s: got %d %s, want %d", path, a.Status, a.Body, status)
		}
	}
	if a := s.Do(t, "DELETE", api.Prefix+"/tokens/a/b", nil, "Authorization", "Bearer "+token); a.Status != 404 {
		t.Errorf("a name in two segments: %d %s", a.Status, a.Body)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.Do(t, "PUT", api.Prefix+"/collections", `{}`)
	if a.Status != http.StatusMethodNotAllowed || !strings.Contains(a.Header.Get("Allow"), "POST") || decode[api.Failure](t, a).Error.Kind != "unsupported" {
		t.Errorf("got %d %v %s", a.Status, a.Header, a.Body)
	}
}

func TestBodiesMustBeMeant(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	for _, tt := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"POST", "/collections", `{"name":"x","pubilc":true}`, 400, "misspelt"},
		{"POST", "/collections", `{"name":"x","public":"yes"}`, 400, `"public"`},
		{"POST", "/collections", `{"name":"x"} {"name":"y"}`, 400, "more than one"},
		{"POST", "/collections", `{"name":`, 400, "JSON"},
		{"POST", "/collections", `[]`, 400, "JSON"},
		{"POST", "/collections", `null`, 400, "empty"},
		{"POST", "/collections", ``, 400, "empty"},
		{"POST", "/collections", `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "larger"},
		{"POST", "/collections", `{"name":"x","description":"` + strings.Repeat("x", 5000) + `"}`, 413, "4096"},
		{"POST", "/collections", `{"name":"Upper"}`, 400, "lower case"},
		{"PATCH", "/collections/lab", `{"name":"new"}`, 400, "misspelt"},
		{"PUT", "/collections/lab/roles", `{"user":"bob"}`, 400, "role"},
		{"PUT", "/collections/lab/roles", `{"user":"bob","role":"boss"}`, 400, "boss"},
		{"PUT", "/collections/lab/roles", `{"user":"bob","team":"crew","role":"owner"}`, 400, "one user or one team"},
		{"PUT", hello + "/frozen", `{}`, 400, "frozen"},
		{"PUT", hello + "/tags/x/frozen", `{"frozen":null}`, 400, "frozen"},
		{"PUT", hello + "/tags/x", `{}`, 400, "reference"},
		{"PUT", hello + "/tags/-x", `{"reference":"latest"}`, 400, "tag"},
		{"PUT", "/teams/crew/members/bob", `{}`, 400, "owner"},
		{"POST", hello + "/images/latest/shares", `{"expires_in":-1}`, 400, "expires_in"},
		{"POST", hello + "/images/latest/shares", `{"expires_in":99999999}`, 400, "a year"},
		{"POST", hello + "/images/latest/shares", `{"expires_in":9223372036854775807}`, 400, "expires_in"},
		{"POST", hello + "/images/latest/shares", `{"expires_in":"1h"}`, 400, "expires_in"},
		{"POST", "/tokens", `{"name":"t","scope":["admin"]}`, 400, "admin"},
		{"POST", "/tokens", `{"name":"t","collections":[]}`, 400, "no collection"},
		{"POST", "/tokens", `{"name":"t","collections":["none"]}`, 404, "none"},
		{"POST", "/tokens", `{"name":"t","collections":["a"` + strings.Repeat(`,"a"`, 100) + `]}`, 400, "100"},
		{"GET", "/collections?limit=0", "", 400, "limit"},
		{"GET", "/collections?limit=201", "", 400, "limit"},
		{"GET", "/teams?mine=perhaps", "", 400, "mine"},
		{"GET", hello + "/shares?after=x", "", 400, "begin it anew"},
		{"DELETE", "/shares/x", "", 400, "number"},
	} {
		a := s.call(t, tt.method, tt.path, p["owner"], tt.body)
		if message := decode[api.Failure](t, a).Error.Message; a.Status != tt.status || !strings.Contains(message, tt.words) {
			t.Errorf("%s %s %.60s: got %d %q, want %d with %q", tt.method, tt.path, tt.body, a.Status, message, tt.status, tt.words)
		}
	}
}

func TestCredentialsAreGoodOrRefused(t *testing.T) {
	t.Parallel()
	s, p := newLab(t)
	basic := func(name, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	}
	for header, status := range map[string]int{
		"Bearer " + p["owner"]:             200,
		"bearer  " + p["owner"]:            200,
		basic("alice", p["owner"]):         200,
		basic("alice", doortest.Password):  200,
		basic("bob", p["owner"]):           200, // a token says whose it is
		basic("alice", "wrong"):            401,
		"Bearer " + p["expired"]:           401,
		"Bearer " + p["owner"] + "x":       401,
		"Bearer":                           401,
		"Bearer ":                          401,
		"Basic !":                          401,
		"Digest x":                         401,
		"SREGISTRY-HMAC-SHA256 Credential": 401,
	} {
		for path, open := range map[string]bool{"/whoami": false, "": true} {
			a := s.Do(t, "GET", api.Prefix+path, nil, "Authorization", header)
			s.hold(t, "GET", path, a)
			if a.Status != status {
				t.Errorf("%.20s: %q (open: %v) got %d %s, want %d", header, path, open, a.Status, a.Body, status)
			}
			if challenge := a.Header.Get("WWW-Authenticate"); status == 401 && challenge != `Bearer realm="sregistry"` {
				t.Errorf("%.20s: the challenge is %q", header, challenge)
			}
			if a.Header.Get("Cache-Control") != "no-store" && status == 200 {
				t.Errorf("%q may be kept in a cache", path)
			}
		}
	}
}

// TestSessionsCountForNothing shows a good session, as a browser would send it along from
// another site.
func TestSessionsCountForNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice := s.User(t, "alice")
	w, r := newBrowser(t)
	if err := s.Identity.SignIn(w, r, "127.0.0.1", alice); err != nil {
		t.Fatal(err)
	}
	cookie := w.Header().Get("Set-Cookie")
	if cookie == "" {
		t.Fatal("signing in sets no cookie")
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	r.Header.Set("Cookie", cookie)
	if a, err := s.Identity.FromRequest(r); err != nil || a.Name != "alice" {
		t.Fatalf("the session is %+v, %v", a, err)
	}
	a := s.Do(t, "POST", api.Prefix+"/collections", `{"name":"evil"}`, "Cookie", cookie)
	if a.Status != http.StatusUnauthorized {
		t.Errorf("a session may write: %d %s", a.Status, a.Body)
	}
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	alice := s.User(t, "alice")
	token := s.Token(t, alice)
	for i := range 5 {
		s.Push(t, alice, fmt.Sprintf("lab/k%d", i), fmt.Sprintf("t%d", i), siftest.Options{Labels: map[string]string{"n": fmt.Sprint(i)}})
		s.Push(t, alice, fmt.Sprintf("c%d/k", i), "latest", siftest.Options{Labels: map[string]string{"n": fmt.Sprint(i)}})
		want[any](t, s, 201, "POST", "/teams", token, fmt.Sprintf(`{"name":"team%d"}`, i))
		want[any](t, s, 204, "PUT", "/containers/lab%2Fk0/tags/"+fmt.Sprintf("x%d", i), token, `{"reference":"t0"}`)
		want[any](t, s, 201, "POST", "/containers/lab%2Fk0/images/t0/shares", token, "")
		want[any](t, s, 201, "POST", "/tokens", token, fmt.Sprintf(`{"name":"token%d"}`, i))
	}
	for path, n := range map[string]int{"/collections": 6, "/collections/lab/containers": 5, "/containers/lab%2Fk0/tags": 6,
		"/containers/lab%2Fk0/shares": 5, "/images": 15, "/labels?key=n": 5, "/teams": 5, "/tokens": 6} {
		seen := map[string]bool{}
		after, pages := "", 0
		for ; pages == 0 || after != ""; pages++ {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			page := want[api.List[any]](t, s, 200, "GET", path+separator+"limit=2&after="+url.QueryEscape(after), token, "")
			if len(page.Items) > 2 || pages > n {
				t.Fatalf("%s: a page of %d, or no end", path, len(page.Items))
			}
			for _, item := range page.Items {
				seen[fmt.Sprint(item)] = true
			}
			after = page.Next
		}
		if len(seen) != n || pages != (n+1)/2 {
			t.Errorf("%s: %d items on %d pages, want %d", path, len(seen), pages, n)
		}
	}
}

func TestTooManyRequestsAreToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := doortest.New(t)
	other.Mount(v1.Errors, v1.Routes(v1.Settings{Registry: other.Registry, Identity: other.Identity, Address: &url.URL{}}),
		v1.Authenticate(other.Identity, httpx.NewLimits(httpx.Rate{PerSecond: 0.001, Burst: 1}, httpx.Rate{PerSecond: 1, Burst: 1})))
	other.Do(t, "GET", api.Prefix, nil)
	a := other.Do(t, "GET", api.Prefix, nil)
	s.hold(t, "GET", "", a)
	if told := decode[api.Failure](t, a).Error.RetryAfter; a.Status != 429 || told < 1 || a.Header.Get("Retry-After") != fmt.Sprint(told) {
		t.Errorf("got %d %v %s", a.Status, a.Header, a.Body)
	}
}

func TestSiteThatAsksToSignInShowsNothingToAnonymous(t *testing.T) {
	t.Parallel()
	s := newSite(t, doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true}))
	alice := s.User(t, "alice")
	s.Push(t, alice, "lab/hello", "latest", siftest.Options{Labels: map[string]string{"a": "b"}})
	s.Publish(t, alice, "lab")
	for _, path := range []string{"/collections", "/images", "/labels"} {
		if list := want[api.List[any]](t, s, 200, "GET", path, "", ""); len(list.Items) != 0 {
			t.Errorf("%s: %v", path, list.Items)
		}
	}
	want[any](t, s, 401, "GET", hello, "", "")
	want[any](t, s, 200, "GET", hello, s.Token(t, s.User(t, "bob")), "")
}
