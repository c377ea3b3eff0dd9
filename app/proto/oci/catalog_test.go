package oci_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

// catalog reads the whole catalog by pages of n.
func (s site) catalog(t *testing.T, auth, n string) (names []string) {
	t.Helper()
	for next := "/v2/_catalog?n=" + n; next != ""; {
		a := s.Do(t, "GET", next, nil, "Authorization", auth)
		want(t, a, 200)
		var wire struct{ Repositories []string }
		if err := json.Unmarshal([]byte(a.Body), &wire); err != nil || wire.Repositories == nil {
			t.Fatalf("not a catalog: %s", a.Body)
		}
		names = append(names, wire.Repositories...)
		next, _, _ = strings.Cut(strings.TrimPrefix(a.Header.Get("Link"), "<"), ">")
	}
	return names
}

// TestCatalog checks the catalog against who may see what; every name in it can be pulled.
func TestCatalog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth, bob := "Bearer "+s.Token(t, ann), s.account(t, "bob")
	for _, name := range []string{"secret/hello", "lab/hello", "lab/deep/er/name", "ann/app", "ann/tools/app", "ann/default/deep/er", "library/lab/other"} {
		s.pushSIF(t, auth, name, "v1", siftest.Options{})
	}
	s.begin(t, auth, "lab/unfinished")
	s.upload(t, auth, "lab/tagless", noise(10))
	s.Publish(t, ann, "lab")
	public := []string{"lab/deep/er/name", "lab/hello", "lab/other"}
	all := []string{"ann/app", "ann/default/deep/er", "ann/tools/app", "lab/deep/er/name", "lab/hello", "lab/other", "secret/hello"}
	for _, n := range []string{"", "1", "2", "3", "1000"} {
		for _, who := range []struct {
			name, auth string
			want       []string
		}{{"the owner", auth, all}, {"nobody", s.pass(t, ""), public}, {"a stranger", bob, public}} {
			if diff := cmp.Diff(who.want, s.catalog(t, who.auth, n)); diff != "" {
				t.Errorf("%s, by %q (-want +got):\n%s", who.name, n, diff)
			}
		}
	}
	for _, name := range all {
		want(t, s.Do(t, "GET", "/v2/"+name+"/manifests/v1", nil, "Authorization", auth), 200)
	}
	s.SetRole(t, ann, "secret", "bob", model.Contributor)
	if diff := cmp.Diff(append(public, "secret/hello"), s.catalog(t, bob, "1")); diff != "" {
		t.Errorf("a contributor (-want +got):\n%s", diff)
	}
	want(t, s.Do(t, "GET", "/v2/_catalog", nil), 401, "UNAUTHORIZED") // or clients would not send the credentials they have
	want(t, s.Do(t, "GET", "/v2/_catalog?n=x", nil, "Authorization", auth), 400, "PAGINATION_NUMBER_INVALID")
	want(t, s.Do(t, "POST", "/v2/_catalog", nil, "Authorization", auth), 405, "UNSUPPORTED")
}

func TestCatalogOfASiteThatRequiresSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true}))
	ann := s.User(t, "ann")
	s.pushSIF(t, "Bearer "+s.Token(t, ann), "lab/hello", "v1", siftest.Options{})
	s.Publish(t, ann, "lab")
	if names := s.catalog(t, s.pass(t, ""), "5"); len(names) != 0 {
		t.Errorf("nobody in particular sees %v", names)
	}
	if names := s.catalog(t, s.account(t, "bob"), "5"); len(names) != 1 {
		t.Errorf("a user sees %v", names)
	}
}

// TestMountFromAnywhere asks for a blob without saying where it is.
func TestMountFromAnywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.User(t, "ann")
	auth, bob := "Bearer "+s.Token(t, ann), s.account(t, "bob")
	d := string(s.upload(t, auth, "secret/hello", noise(100)))
	mount := "/v2/bob/mine/blobs/uploads/?mount=" + d
	want(t, s.Do(t, "POST", mount, nil, "Authorization", bob), 202)
	want(t, s.Do(t, "GET", "/v2/bob/mine/blobs/"+d, nil, "Authorization", bob), 404, "BLOB_UNKNOWN")
	s.SetRole(t, ann, "secret", "bob", model.Contributor)
	want(t, s.Do(t, "POST", mount, nil, "Authorization", bob), 201)
	want(t, s.Do(t, "POST", "/v2/ann/x/blobs/uploads/?mount="+d, nil, "Authorization", bob), 403, "DENIED")
	want(t, s.Do(t, "POST", mount, nil), 401, "UNAUTHORIZED")
}
