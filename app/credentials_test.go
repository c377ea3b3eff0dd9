package app_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
)

func basicAuth(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

// Every address that a client asks to find out whether credentials are good, with the
// client. A redirect would be followed to a page that answers 200.
var credentialTests = []struct {
	client, path string
	refused      int // the status for wrong credentials
}{
	{"apptainer keyserver login", "/", 401},
	{"apptainer key search", "/pks/lookup?op=index&options=mr&search=x", 401},
	{"apptainer remote login", "/v1/token-status", 404}, // for which alone it says "Invalid Credentials"
	{"singularity remote login", "/v1/rbac/users/current", 401},
	{"docker login, first", "/v2/", 401},
	{"docker login, then", "/v2/_token?service=x", 401},
	{"sregistry login", "/api/v1/whoami", 401},
	{"sregistry, any address of the interface", "/api/v1", 401},
	{"the Python client", "/api/collections", 403}, // upon which it signs
	{"the Python client, with a name", "/api/container/lab/hello:latest", 403},
}

func TestWrongCredentialsAreNeverTakenForRight(t *testing.T) {
	t.Parallel()
	for _, test := range credentialTests {
		site := doortest.New(t) // of its own, since wrong passwords are slowed
		mountAll(t, site)
		token := site.Token(t, site.User(t, "ann"))
		for _, header := range []string{
			basicAuth("ann", "wrong"), basicAuth("nobody", "wrong"), basicAuth("ann", token+"x"), basicAuth("ann", ""),
			"Bearer wrong", "Bearer " + token + "x", "Bearer pass_wrong", "Negotiate x",
		} {
			if a := site.Do(t, http.MethodGet, test.path, nil, "Authorization", header); a.Status != test.refused {
				t.Errorf("%s (%s) with %.24q: status %d", test.client, test.path, header, a.Status)
			}
		}
		if a := site.Do(t, http.MethodGet, test.path, nil, "Authorization", "Bearer "+token); a.Status != 200 && a.Status != 404 {
			t.Errorf("%s (%s) with a good token: status %d", test.client, test.path, a.Status)
		}
	}
	site := doortest.New(t)
	mountAll(t, site)
	ann := site.User(t, "ann")
	if err := site.Identity.SetPassword(t.Context(), model.Console, "ann", "a good long password"); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{basicAuth("ann", site.Token(t, ann)), basicAuth("ann", "a good long password")} {
		if a := site.Do(t, http.MethodGet, "/", nil, "Authorization", header); a.Status != 200 {
			t.Errorf("right credentials at the front page: status %d", a.Status)
		}
	}
	// The header of a browser may be for the proxy in front.
	if a := site.Do(t, http.MethodGet, "/", nil, "Authorization", basicAuth("ann", "wrong"), "Accept", "text/html,*/*"); a.Status != 200 {
		t.Errorf("a browser behind a proxy that asks for passwords: status %d", a.Status)
	}
}

// A pass is good at /v2/ only, also in the moment in which it is cached.
func TestPassOpensNoOtherDoor(t *testing.T) {
	t.Parallel()
	site := doortest.New(t)
	mountAll(t, site)
	ann := site.User(t, "ann")
	var answer struct{ Token string }
	if err := json.Unmarshal([]byte(site.Do(t, http.MethodGet, "/v2/_token", nil, "Authorization", "Bearer "+site.Token(t, ann)).Body), &answer); err != nil {
		t.Fatal(err)
	}
	pass := "Bearer " + answer.Token
	for _, test := range credentialTests {
		if strings.HasPrefix(test.path, "/v2/") {
			continue
		}
		if a := site.Do(t, http.MethodGet, "/v2/", nil, "Authorization", pass); a.Status != 200 {
			t.Fatalf("the pass is not good where it was given: status %d", a.Status)
		}
		if a := site.Do(t, http.MethodGet, test.path, nil, "Authorization", pass); a.Status != test.refused {
			t.Errorf("%s takes a pass of /v2/: status %d", test.path, a.Status)
		}
	}
}
