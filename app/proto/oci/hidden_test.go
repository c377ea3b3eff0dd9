package oci_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/identity"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// TestPrivateRepositoryIsLikeNone asks for everything in a private repository, and for the
// same where there is none: nobody who may not see it can tell the one from the other.
func TestPrivateRepositoryIsLikeNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	annAuth := s.account(t, "ann")
	body := s.pushSIF(t, annAuth, "secret/hello", "v1", siftest.Options{})
	upload := s.begin(t, annAuth, "secret/hello")
	bob := s.User(t, "bob")
	d, config := string(digest.FromBytes(body)), string(digest.FromBytes(manifest.EmptyConfig))

	for _, who := range []struct {
		name, auth string
		read       int // the status of reading
	}{
		{"nobody", "", 401},
		{"podman's nobody", "Basic Og==", 401},
		{"a stranger", "Bearer " + s.Token(t, bob), 404},
		{"a stranger who only reads", "Bearer " + s.TokenFor(t, bob, identity.NewToken{Scope: model.ScopeRead}), 404},
	} {
		for _, ask := range []struct{ method, path, send string }{
			{"GET", "manifests/v1", ""}, {"HEAD", "manifests/v1", ""}, {"GET", "manifests/" + d, ""}, {"GET", "manifests/.x", ""},
			{"GET", "blobs/" + config, ""}, {"HEAD", "blobs/" + config, ""}, {"GET", "blobs/sha256:x", ""}, {"DELETE", "blobs/" + config, ""},
			{"GET", "referrers/" + d, ""}, {"GET", "referrers/" + d + "?artifactType=x", ""}, {"GET", "referrers/x", ""},
			{"GET", "tags/list", ""}, {"GET", "tags/list?n=1", ""}, {"GET", "nonsense", ""},
			{"DELETE", "manifests/v1", ""}, {"DELETE", "manifests/" + d, ""}, {"PUT", "manifests/v1", string(body)},
			{"PUT", "manifests/v1?tag=v2", string(body)}, {"POST", "blobs/uploads/?mount=" + config, ""},
			{"POST", "blobs/uploads/", ""}, {"POST", "blobs/uploads/?digest=" + config, "{}"},
		} {
			there, none := "/v2/secret/hello/", "/v2/nowhere/hello/"
			got := s.Do(t, ask.method, there+ask.path, ask.send, "Authorization", who.auth)
			// A stranger who may push could make the collection that is not there, and so
			// learns that this one is: names are taken, and that is no secret to keep.
			if (ask.method == "PUT" || ask.method == "POST") && who.read == 404 {
				want(t, got, 403, "DENIED")
				continue
			}
			bare := s.Do(t, ask.method, none+ask.path, ask.send, "Authorization", who.auth)
			bare.Body = strings.ReplaceAll(bare.Body, "nowhere", "secret")
			if diff := cmp.Diff(stable(bare), stable(got)); diff != "" {
				t.Errorf("%s, %s %s (-missing +private):\n%s", who.name, ask.method, ask.path, diff)
			}
			if ask.path == "manifests/v1" && ask.method == "GET" && got.Status != who.read {
				t.Errorf("%s: the status is %d, not %d", who.name, got.Status, who.read)
			}
		}
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			if a := s.Do(t, method, upload, nil, "Authorization", who.auth); a.Status != 401 && a.Status != 403 {
				t.Errorf("%s, %s of another's upload: %d %s", who.name, method, a.Status, a.Body)
			}
		}
	}
}

// stable takes away from an answer what differs always.
func stable(a doortest.Answer) doortest.Answer {
	a.Header.Del("Date")
	a.Header.Del("X-Request-Id")
	a.Header.Del("Content-Length") // follows the name's length in the sentence
	for at, text := range a.Header["Www-Authenticate"] {
		a.Header["Www-Authenticate"][at] = strings.ReplaceAll(text, "nowhere", "secret")
	}
	return a
}

func TestSiteThatRequiresSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true}))
	ann := s.User(t, "ann")
	annAuth, bobAuth := "Bearer "+s.Token(t, ann), s.account(t, "bob")
	s.pushSIF(t, annAuth, "lab/hello", "v1", siftest.Options{})
	s.Publish(t, ann, "lab")
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/v1", nil), 401, "UNAUTHORIZED")
	want(t, s.Do(t, "GET", "/v2/lab/hello/manifests/v1", nil, "Authorization", bobAuth), 200)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	token := s.Token(t, ann)
	s.pushSIF(t, "Bearer "+token, "secret/hello", "v1", siftest.Options{})
	readOnly := s.TokenFor(t, ann, identity.NewToken{Scope: model.ScopeRead})
	for _, test := range []struct {
		name, auth string
		pull, push int
	}{
		{"a token", "Bearer " + token, 200, 202},
		{"the scheme in lower case", "bearer " + token, 200, 202},
		{"the password", basic("ann", doortest.Password), 200, 202},
		{"a token as password", basic("ann", token), 200, 202},
		{"a token without a name", basic("token", token), 200, 202},
		{"a token that only reads", "Bearer " + readOnly, 200, 403},
		{"another name", basic("bob", token), 200, 202},
		{"a wrong password", basic("ann", "wrong"), 401, 401},
		{"an empty token", "Bearer ", 401, 401},
		{"not base64", "Basic ???", 401, 401},
	} {
		pull := s.Do(t, "GET", "/v2/secret/hello/manifests/v1", nil, "Authorization", test.auth)
		push := s.Do(t, "POST", "/v2/secret/hello/blobs/uploads/", nil, "Authorization", test.auth)
		if pull.Status != test.pull || push.Status != test.push {
			t.Errorf("%s: pull %d, push %d; not %d, %d", test.name, pull.Status, push.Status, test.pull, test.push)
		}
		if challenge := pull.Header.Get("Www-Authenticate"); (pull.Status == 401) != (challenge != "") {
			t.Errorf("%s: status %d with the challenge %q", test.name, pull.Status, challenge)
		}
	}
}

func TestFrozenTagIsDenied(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth := "Bearer " + s.Token(t, ann)
	body := s.pushSIF(t, auth, "lab/hello", "v1", siftest.Options{})
	if err := s.Registry.FreezeTag(t.Context(), ann, doortest.Path(t, "lab/hello"), "v1", true); err != nil {
		t.Fatal(err)
	}
	other := s.pushSIF(t, auth, "lab/hello", "v3", siftest.Options{Payload: 10})
	want(t, s.put(t, auth, "lab/hello", "v1", other), 409, "DENIED")
	want(t, s.Do(t, "DELETE", "/v2/lab/hello/manifests/v1", nil, "Authorization", auth), 409, "DENIED")
	want(t, s.put(t, auth, "lab/hello", "v2", body), 201)
}
