package oci_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/proto/oci"
	"sregistry/app/sif/siftest"
)

// pass asks the token service as docker does, and gives the header to go on with.
func (s site) pass(t *testing.T, auth string) string {
	t.Helper()
	a := s.Do(t, "GET", "/v2/_token?service=x&scope=repository:lab/hello:pull", nil, "Authorization", auth)
	want(t, a, 200)
	return "Bearer " + passOf(t, a)
}

func passOf(t *testing.T, a doortest.Answer) string {
	t.Helper()
	var wire struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
		IssuedAt    string `json:"issued_at"`
	}
	if err := json.Unmarshal([]byte(a.Body), &wire); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339, wire.IssuedAt); err != nil || wire.ExpiresIn != 300 || wire.Token == "" || wire.Token != wire.AccessToken {
		t.Fatalf("not the answer of a token service: %s, %v", a.Body, err)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("the token may be kept by a cache")
	}
	return wire.Token
}

func TestPasses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	token := s.Token(t, ann)
	s.pushSIF(t, "Bearer "+token, "secret/hello", "v1", siftest.Options{})
	s.pushSIF(t, "Bearer "+token, "lab/hello", "v1", siftest.Options{})
	s.Publish(t, ann, "lab")
	readOnly := s.TokenFor(t, ann, identity.NewToken{Scope: model.ScopeRead})
	s.User(t, "bob")
	for _, test := range []struct {
		name, auth                  string
		check, secret, push, public int
	}{
		{"nobody", "", 200, 401, 401, 200},
		{"podman's nobody", "Basic Og==", 200, 401, 401, 200},
		{"the password", basic("ann", doortest.Password), 200, 200, 202, 200},
		{"a token as password", basic("ann", token), 200, 200, 202, 200},
		{"a token as token", "Bearer " + token, 200, 200, 202, 200},
		{"a token that only reads", basic("token", readOnly), 200, 200, 403, 200},
		{"a stranger", basic("bob", doortest.Password), 200, 404, 403, 200},
	} {
		pass := s.pass(t, test.auth)
		for _, ask := range []struct {
			method, path string
			status       int
		}{
			{"GET", "/v2/", test.check}, {"GET", "/v2/secret/hello/manifests/v1", test.secret},
			{"POST", "/v2/secret/hello/blobs/uploads/", test.push}, {"GET", "/v2/lab/hello/manifests/v1", test.public},
		} {
			if a := s.Do(t, ask.method, ask.path, nil, "Authorization", pass); a.Status != ask.status {
				t.Errorf("%s, %s %s: %d, not %d: %s", test.name, ask.method, ask.path, a.Status, ask.status, a.Body)
			}
		}
	}
	for name, auth := range map[string]string{"a wrong password": basic("ann", "wrong"), "a wrong token": "Bearer nonsense"} {
		if a := s.Do(t, "GET", "/v2/_token", nil, "Authorization", auth); a.Status != 401 || codeOf(t, a) != "UNAUTHORIZED" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	pass := s.pass(t, basic("ann", token))
	for _, bad := range []string{pass + "x", pass[:len(pass)-4], "Bearer pass_", "Bearer pass_!", strings.Replace(pass, "pass_", "pass_A", 1), "Bearer pass_" + strings.Repeat("A", 4000)} {
		want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/v1", nil, "Authorization", bad), 401, "UNAUTHORIZED")
	}
}

func TestPassByForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	token := s.Token(t, ann)
	s.pushSIF(t, "Bearer "+token, "secret/hello", "v1", siftest.Options{})
	for name, form := range map[string]url.Values{
		"a password": {"grant_type": {"password"}, "username": {"ann"}, "password": {doortest.Password}, "service": {"x"}, "client_id": {"docker"}},
		"a token":    {"grant_type": {"refresh_token"}, "refresh_token": {token}, "service": {"x"}},
	} {
		a := s.Do(t, "POST", "/v2/_token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		want(t, a, 200)
		if a := s.Do(t, "GET", "/v2/secret/hello/manifests/v1", nil, "Authorization", "Bearer "+passOf(t, a)); a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for _, test := range []struct {
		form   url.Values
		status int
	}{
		{url.Values{"grant_type": {"password"}, "username": {"ann"}, "password": {"wrong"}}, 401},
		{url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"wrong"}}, 401},
		{url.Values{"grant_type": {"magic"}}, 400},
		{url.Values{"grant_type": {"password"}, "x": {strings.Repeat("x", 20<<10)}}, 400},
	} {
		a := s.Do(t, "POST", "/v2/_token", test.form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if a.Status != test.status && !(a.Status == 413 && test.status == 400) {
			t.Errorf("%.60s: %d %s", test.form.Encode(), a.Status, a.Body)
		}
	}
}

// TestPassEndsWithItsOwnersRight takes away what a pass was given for, by each way.
func TestPassEndsWithItsOwnersRight(t *testing.T) {
	t.Parallel()
	var skipped atomic.Int64
	s := newSite(t, doortest.WithClock(func() time.Time { return time.Now().Add(time.Duration(skipped.Load())) }))
	admin, ann := s.Admin(t, "root"), s.User(t, "ann")
	short, secret, err := s.Identity.CreateToken(t.Context(), ann, identity.NewToken{Name: "short", Scope: model.ScopeAll})
	if err != nil {
		t.Fatal(err)
	}
	auth := "Bearer " + secret
	s.pushSIF(t, auth, "secret/hello", "v1", siftest.Options{})
	status := func(pass string) int {
		return s.Do(t, "GET", "/v2/secret/hello/manifests/v1", nil, "Authorization", pass).Status
	}
	byToken, byPassword := s.pass(t, auth), s.pass(t, basic("ann", doortest.Password))
	if status(byToken) != 200 || status(byPassword) != 200 {
		t.Fatal("the passes are not good to begin with")
	}
	skipped.Add(int64(identity.PassLife))
	if status(byToken) != 401 || status(byPassword) != 401 {
		t.Error("a pass has outlived its time")
	}
	byToken, byPassword = s.pass(t, auth), s.pass(t, basic("ann", doortest.Password))
	if err := s.Identity.RevokeToken(t.Context(), ann, "", short.ID); err != nil {
		t.Fatal(err)
	}
	if status(byToken) != 401 || status(byPassword) != 200 {
		t.Error("the pass of a revoked token is still good, or another's is not")
	}
	want(t, s.Do(t, "GET", "/v2/_token", nil, "Authorization", byPassword), 401, "UNAUTHORIZED") // or it would live forever
	if err := s.Identity.SetPassword(t.Context(), admin, "ann", "quite another password"); err != nil {
		t.Fatal(err)
	}
	if status(byPassword) != 401 {
		t.Error("the pass of an old password is still good")
	}
	byPassword = s.pass(t, basic("ann", "quite another password"))
	if status(byPassword) != 200 {
		t.Error("the pass of the new password is not good")
	}
	if err := s.Identity.SetDisabled(t.Context(), admin, "ann", true); err != nil {
		t.Fatal(err)
	}
	if status(byPassword) != 401 {
		t.Error("the pass of a disabled account is still good")
	}
}

// TestChallenge holds what asks for credentials to what clients read out of it.
func TestChallenge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := regexp.MustCompile(`^Bearer realm="http://hub\.example:5000/v2/_token",service="hub\.example:5000"(,scope="([^"]*)")?$`)
	for _, test := range []struct{ method, path, scope string }{
		{"GET", "/v2/", ""}, {"GET", "/v2/lab/hello/manifests/v1", "repository:lab/hello:pull"},
		{"DELETE", "/v2/lab/hello/manifests/v1", "repository:lab/hello:delete"},
		{"POST", "/v2/lab/x/blobs/uploads/", "repository:lab/x:pull,push"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "hub.example:5000"
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		found := form.FindStringSubmatch(resp.Header.Get("Www-Authenticate"))
		if resp.StatusCode != 401 || found == nil || found[2] != test.scope {
			t.Errorf("%s %s: %d %q", test.method, test.path, resp.StatusCode, resp.Header.Get("Www-Authenticate"))
		}
	}
}

// TestCallersAreCounted lets nobody in particular ask once, at an endpoint and at the token
// service, and leaves those who are known alone.
func TestCallersAreCounted(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/v2/lab/hello/manifests/v1", "/v2/_token"} {
		s := newLimited(t, httpx.NewLimits(httpx.Rate{PerSecond: 1e-6, Burst: 1}, httpx.Rate{}))
		ann := s.User(t, "ann")
		auth := "Bearer " + s.Token(t, ann)
		s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
		s.Publish(t, ann, "lab")
		want(t, s.Do(t, "GET", path, nil), 200)
		for _, wrong := range []string{"", basic("ann", "wrong")} {
			a := s.Do(t, "GET", path, nil, "Authorization", wrong)
			want(t, a, 429, "TOOMANYREQUESTS")
			if a.Header.Get("Retry-After") == "" {
				t.Error("it is not said when to try again")
			}
		}
		want(t, s.Do(t, "GET", path, nil, "Authorization", auth), 200)
	}
}

// TestChallengeNeverAsksForPasswordsInTheClear asks an https registry by every host that a
// client behind a TLS proxy may write, whose connection to the server itself is plain.
func TestChallengeNeverAsksForPasswordsInTheClear(t *testing.T) {
	t.Parallel()
	site := doortest.New(t)
	public := &url.URL{Scheme: "https", Host: "hub.example.org"}
	site.Mount(oci.Errors, oci.Routes(oci.Settings{Registry: site.Registry, Identity: site.Identity,
		Limits: httpx.NewLimits(httpx.Rate{}, httpx.Rate{}), Address: httpx.Address{Public: public}}))
	for _, host := range []string{"hub.example.org", "HUB.example.org", "hub.example.org:443", "hub.example.org:8080", "alias", "127.0.0.1:8080", "[::1]:8080"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site.URL+"/v2/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("WWW-Authenticate"); got != `Bearer realm="https://hub.example.org/v2/_token",service="hub.example.org"` {
			t.Errorf("%s: %s", host, got)
		}
	}
}
