package hub_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/sif/siftest"
)

// The Python client asks for the first page again for as long as there is a next one.
func TestCollectionsAreAllOnOnePage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	for n := range 12 {
		name := fmt.Sprintf("lab%02d", n)
		f.Push(t, alice.actor, name+"/hello", "latest", siftest.Options{})
		f.Publish(t, alice.actor, name)
	}
	f.Push(t, alice.actor, "hidden/hello", "latest", siftest.Options{})
	for _, path := range []string{"/api/collections/", "/api/collections"} {
		l := want(t, f.Do(t, http.MethodGet, path, nil), http.StatusOK)
		if l["count"] != 12.0 || l["next"] != nil || l["previous"] != nil || len(l["results"].([]any)) != 12 {
			t.Errorf("%s: %v", path, l)
		}
	}
	l := want(t, f.Do(t, http.MethodGet, "/api/collections/", nil, "Authorization", "Bearer "+alice.Token), http.StatusOK)
	if l["count"] != 13.0 {
		t.Errorf("%v with a token", l["count"])
	}
}

func TestPartOfAList(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	for n := range 5 {
		f.Push(t, alice.actor, "lab/hello", fmt.Sprintf("v%d", n), siftest.Options{})
	}
	f.Publish(t, alice.actor, "lab")
	for query, want := range map[string]string{
		"?limit=2":                            "v0 v1 next ?limit=2&offset=2",
		"?limit=2&offset=2":                   "v2 v3 next ?limit=2&offset=4 previous ?limit=2&offset=0",
		"?limit=2&offset=4":                   "v4 previous ?limit=2&offset=2",
		"?offset=4":                           "v4 previous ?limit=5&offset=0",
		"?limit=9":                            "v0 v1 v2 v3 v4",
		"?limit=2&offset=9":                   "previous ?limit=2&offset=3",
		"?limit=0":                            "",
		"?limit=9223372036854775807&offset=1": "v1 v2 v3 v4 previous ?limit=9223372036854775807&offset=0",
	} {
		l := object(t, f.Do(t, http.MethodGet, "/api/containers/"+query, nil).Body)
		got := ""
		for _, r := range l["results"].([]any) {
			got += r.(map[string]any)["tag"].(string) + " "
		}
		for _, way := range []string{"next", "previous"} {
			if l[way] != nil {
				got += way + " " + l[way].(string)[len(f.URL+"/api/containers/"):] + " "
			}
		}
		if got != want && got != want+" " {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"?limit=x", "?limit=-1", "?offset=1.5"} {
		wantDetail(t, f.Do(t, http.MethodGet, "/api/containers/"+query, nil), http.StatusBadRequest)
	}
}

func TestCollectionByName(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Push(t, alice.actor, "alice/tools/samtools", "1", siftest.Options{})
	f.Push(t, alice.actor, "hidden/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	f.Publish(t, alice.actor, "alice/tools")
	for path, name := range map[string]string{"lab": "lab", "lab/": "lab", "LAB": "lab", "library/lab": "lab", "alice/tools": "alice/tools", "alice%2Ftools": "alice/tools"} {
		if got := want(t, f.Do(t, http.MethodGet, "/api/collection/"+path, nil), http.StatusOK); got["name"] != name {
			t.Errorf("%s: %v", path, got)
		}
	}
	c := want(t, f.Do(t, http.MethodGet, "/api/collection/lab", nil), http.StatusOK)
	id := c["id"].(float64)
	delete(c, "id")
	delete(c, "add_date")
	delete(c, "modify_date")
	wantCollection := map[string]any{"name": "lab", "metadata": map[string]any{}, "containers": []any{map[string]any{
		"name": "hello", "tag": "latest", "uri": "lab/hello:latest", "detail": f.URL + "/containers/library/lab/hello:latest"}}}
	if diff := cmp.Diff(wantCollection, c); diff != "" {
		t.Error(diff)
	}
	byID := want(t, f.Do(t, http.MethodGet, fmt.Sprintf("/api/collections/%v/", id), nil), http.StatusOK)
	if byID["name"] != "lab" {
		t.Errorf("by id: %v", byID)
	}
	for _, path := range []string{"hidden", "nope", "a:b", "!"} {
		a := f.Do(t, http.MethodGet, "/api/collection/"+path, nil)
		if a.Status != http.StatusOK || a.Body != "{}\n" {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func TestSearchForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{Arch: "arm64"})
	f.Push(t, alice.actor, "lab/hello", "v1", siftest.Options{})
	f.Push(t, alice.actor, "lab/other", "latest", siftest.Options{})
	f.Push(t, alice.actor, "open/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	f.Publish(t, alice.actor, "open")
	f.Push(t, alice.actor, "hidden/hello", "latest", siftest.Options{})
	for path, names := range map[string][]string{
		"name/hello":                            {"lab/hello:latest", "lab/hello:v1", "open/hello:latest"},
		"name/hello/":                           {"lab/hello:latest", "lab/hello:v1", "open/hello:latest"},
		"name/HELLO/tag/v1":                     {"lab/hello:v1"},
		"collection/lab/name/hello":             {"lab/hello:latest", "lab/hello:v1"},
		"collection/lab/name/hello/tag/latest":  {"lab/hello:latest"},
		"collection/lab/name/hello/tag/latest/": {"lab/hello:latest"},
		"collection/hidden/name/hello":          {},
		"collection/no!/name/hello":             {},
		"name/hell":                             {},
	} {
		found := []string{}
		for _, c := range list(t, f.Do(t, http.MethodGet, "/api/container/search/"+path, nil).Body) {
			found = append(found, fmt.Sprintf("%s/%s:%s", c["collection"], c["name"], c["tag"]))
			if _, has := c["image"]; has {
				t.Errorf("%s: a list gives an address to download from", path)
			}
		}
		if diff := cmp.Diff(names, found); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestContainerByID(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	open := f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	hidden := f.Push(t, alice.actor, "hidden/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	c := want(t, f.Do(t, http.MethodGet, fmt.Sprintf("/api/containers/%d/", open.ID), nil), http.StatusOK)
	if c["name"] != "hello" || c["tag"] != "latest" || c["image"] != nil {
		t.Errorf("%v", c)
	}
	wantDetail(t, f.Do(t, http.MethodGet, fmt.Sprintf("/api/containers/%d/", hidden.ID), nil), http.StatusForbidden)
	wantDetail(t, f.Do(t, http.MethodGet, "/api/containers/x", nil), http.StatusNotFound)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/a", "latest", siftest.Options{Labels: map[string]string{"maintainer": "Bob", "URL": "https://x/key/y"}})
	f.Push(t, alice.actor, "lab/b", "latest", siftest.Options{Labels: map[string]string{"maintainer": "Bob", "owner": "the lab"}})
	f.Push(t, alice.actor, "hidden/c", "latest", siftest.Options{Labels: map[string]string{"maintainer": "Eve"}})
	f.Publish(t, alice.actor, "lab")
	for path, want := range map[string][]string{
		"":                                {"URL=https://x/key/y [lab/a:latest]", "maintainer=Bob [lab/a:latest lab/b:latest]", "owner=the lab [lab/b:latest]"},
		"/":                               {"URL=https://x/key/y [lab/a:latest]", "maintainer=Bob [lab/a:latest lab/b:latest]", "owner=the lab [lab/b:latest]"},
		"/maintainer/key":                 {"maintainer=Bob [lab/a:latest lab/b:latest]"},
		"/bob/value":                      {"maintainer=Bob [lab/a:latest lab/b:latest]"},
		"/maintainer/key/bob/value":       {"maintainer=Bob [lab/a:latest lab/b:latest]"},
		"/url/key/https://x/key/y/value/": {"URL=https://x/key/y [lab/a:latest]"},
		"/the%20lab/value":                {"owner=the lab [lab/b:latest]"},
		"/eve/value":                      {},
	} {
		found := []string{}
		for _, l := range list(t, f.Do(t, http.MethodGet, "/api/labels/search"+path, nil).Body) {
			found = append(found, fmt.Sprintf("%s=%s %v", l["key"], l["value"], l["containers"]))
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for _, path := range []string{"/maintainer", "/key", "/value", "//key", "//value", "//key//value"} {
		wantDetail(t, f.Do(t, http.MethodGet, "/api/labels/search"+path, nil), http.StatusNotFound)
	}
}

// The Python client goes on sending the signature of a pull with a search after it.
func TestListsPassOverAStaleSignature(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	stale := doortest.HubClient{User: "alice", Token: "wrong"}.Sign(f.clock.now(), "pull", "lab", "hello", "latest")
	if got := want(t, f.Do(t, http.MethodGet, "/api/collections/", nil, "Authorization", stale), http.StatusOK)["count"]; got != 0.0 {
		t.Errorf("%v collections", got)
	}
	wantDetail(t, f.Do(t, http.MethodGet, "/api/collections/", nil, "Authorization", "Bearer wrong"), http.StatusForbidden)
}

func TestIdentityOfTheRegistry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := want(t, f.Do(t, http.MethodGet, "/api/registry/identity/", nil), http.StatusOK)
	if diff := cmp.Diff(map[string]any{"name": "Test Hub", "id": "127.0.0.1", "url": f.URL}, got); diff != "" {
		t.Error(diff)
	}
}
