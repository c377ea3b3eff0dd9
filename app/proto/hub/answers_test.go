package hub_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/proto/hub"
	"sregistry/app/sif/siftest"
)

// 401 ends a pull for good, and a redirect turns a POST into a GET; neither is ever
// answered, whatever the credentials, on any route. Every refusal has its sentence.
func TestNoRouteAnswers401OrARedirect(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	fill := strings.NewReplacer("*", "lab/hello", ":id", "1", ":name", "hello", ":tag", "latest", ":collection", "lab")
	wrong := doortest.HubClient{User: "alice", Token: "wrong"}
	for _, r := range hub.Routes(hub.Settings{}) {
		for _, authorization := range []string{"", "Bearer wrong", "Basic Og==", "Basic x", "Bearer", "x", "SREGISTRY-HMAC-SHA256 Credential=a/b/c,Signature=d",
			wrong.Sign(f.clock.now(), "pull", "lab", "hello", "latest"), "Bearer " + alice.Token} {
			if r.Method == http.MethodDelete && strings.HasSuffix(authorization, alice.Token) {
				continue // it would be gone then
			}
			a := f.Do(t, r.Method, fill.Replace(r.Path), "{}", "Authorization", authorization)
			if a.Status == http.StatusUnauthorized || a.Status >= 300 && a.Status < 400 || a.Status >= 500 || a.Header.Get("WWW-Authenticate") != "" {
				t.Errorf("%s %s with %.30q: %d %s", r.Method, r.Path, authorization, a.Status, a.Body)
			}
			if a.Status >= 400 && r.Method != http.MethodHead && object(t, a.Body)["detail"] == "" {
				t.Errorf("%s %s: %s", r.Method, r.Path, a.Body)
			}
		}
	}
}

// python-requests sends what a .netrc file says in place of the signature.
func TestPasswordOrTokenInPlaceOfASignature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	for secret, status := range map[string]int{doortest.Password: http.StatusOK, alice.Token: http.StatusOK, "wrong": http.StatusForbidden} {
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("alice:"+secret))
		if a := f.Do(t, http.MethodGet, "/api/container/lab/hello", nil, "Authorization", basic); a.Status != status {
			t.Errorf("%.8q: %d %s", secret, a.Status, a.Body)
		}
	}
}

// A form of thousands of parts is bounded like any other.
func TestFormOfManyParts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	part := "--" + doortest.HubBoundary + "\r\nContent-Disposition: form-data; name=\"file2\"\r\n\r\n\r\n"
	a := f.Do(t, http.MethodPost, "/upload", strings.Repeat(part, 2), "Content-Type", doortest.HubFormType)
	wantDetail(t, a, http.StatusBadRequest)
	empty := "--" + doortest.HubBoundary + "\r\n\r\n\r\n"
	a = f.Do(t, http.MethodPost, "/upload", empty+strings.Repeat("x", 1<<20), "Content-Type", doortest.HubFormType)
	wantDetail(t, a, http.StatusRequestEntityTooLarge)
}
