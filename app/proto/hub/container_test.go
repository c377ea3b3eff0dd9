package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/sif/siftest"
)

func TestManifestOfAPublicImage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	image := f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{Labels: map[string]string{"maintainer": "vanessasaur"}})
	f.Publish(t, alice.actor, "lab")
	a := f.pull(t, nobody, "lab", "hello", "latest")
	m := want(t, a, http.StatusOK)
	ticket, ok := strings.CutPrefix(m["image"].(string), f.URL+"/download/")
	if !ok || ticket == "" || strings.Contains(ticket, "/") {
		t.Errorf("image %q", m["image"])
	}
	metadata := m["metadata"].(map[string]any)
	if labels := metadata["labels"].(map[string]any); labels["maintainer"] != "vanessasaur" || metadata["definition"] != siftest.Definition {
		t.Errorf("metadata %v", metadata)
	}
	added, err := time.Parse("2006-01-02T15:04:05.999999Z07:00", m["add_date"].(string))
	if err != nil || !added.Equal(f.clock.now()) {
		t.Errorf("add_date %v", m["add_date"])
	}
	delete(m, "image")
	delete(m, "metadata")
	delete(m, "add_date")
	version := "sha256." + image.Content.Encoded()
	if diff := cmp.Diff(map[string]any{
		"id": float64(image.ID), "name": "hello", "tag": "latest", "collection": "lab", "metrics": map[string]any{}, "frozen": false,
		"version": version, "commit": version, "size": float64(image.Size), "arch": "amd64", "digest": image.Digest.String(),
	}, m); diff != "" {
		t.Error(diff)
	}
	if got := a.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	head := f.Do(t, http.MethodHead, "/api/container/lab/hello:latest", nil)
	if head.Status != http.StatusOK || head.Body != "" {
		t.Errorf("HEAD: %d %q", head.Status, head.Body)
	}
}

// Every way to write an address leads to the same manifest.
func TestAliasesOfAManifest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "alice")
	for _, name := range []string{"lab/hello", "library/samtools", "alice/tools/samtools", "alice/samtools"} {
		f.Push(t, f.admin, name, "latest", siftest.Options{})
	}
	for _, collection := range []string{"lab", "alice/tools", "alice", "library"} {
		f.Publish(t, f.admin, collection)
	}
	for path, name := range map[string]string{
		"/api/container/lab/hello:latest":              "lab hello",
		"/api/container/lab/hello:latest/":             "lab hello",
		"/api/container/lab/hello":                     "lab hello",
		"/api/container/lab/hello/":                    "lab hello",
		"/container/lab/hello:latest":                  "lab hello",
		"/api/container/LAB/Hello":                     "lab hello",
		"/api/container/library/lab/hello":             "lab hello",
		"/api/container/samtools":                      "library samtools",
		"/api/container/library/samtools:latest":       "library samtools",
		"/api/container/alice/tools/samtools:latest":   "alice/tools samtools",
		"/api/container/alice%2Ftools/samtools":        "alice/tools samtools",
		"/api/container/alice/samtools":                "alice samtools",
		"/api/container/alice/default/samtools:latest": "alice samtools",
	} {
		m := want(t, f.Do(t, http.MethodGet, path, nil), http.StatusOK)
		if got := m["collection"].(string) + " " + m["name"].(string); got != name || m["tag"] != "latest" {
			t.Errorf("%s: %s:%s", path, got, m["tag"])
		}
	}
}

func TestWhoMayPullWhatIsPrivate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carl := f.person(t, "alice"), f.person(t, "bob"), f.person(t, "carl")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Push(t, alice.actor, "other/hello", "latest", siftest.Options{})
	f.SetRole(t, alice.actor, "lab", "carl", model.Contributor)
	other, err := f.Registry.Collection(t.Context(), alice.actor, doortest.Path(t, "other"))
	if err != nil {
		t.Fatal(err)
	}
	gone := f.person(t, "gone")
	f.SetRole(t, alice.actor, "lab", "gone", model.Contributor)
	if err := f.Identity.SetDisabled(t.Context(), f.admin, "gone", true); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by     doortest.HubClient
		status int
	}{
		"nobody":                       {nobody, 403},
		"owner":                        {alice.HubClient, 200},
		"contributor":                  {carl.HubClient, 200},
		"admin":                        {f.client(t, f.admin, identity.NewToken{Scope: model.ScopeRead}), 200},
		"stranger":                     {bob.HubClient, 404},
		"read-only token":              {f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeRead}), 200},
		"token for another":            {f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeAll, Collections: []int64{other.ID}}), 404},
		"wrong token":                  {doortest.HubClient{User: "alice", Token: bob.Token}, 403},
		"unknown user":                 {doortest.HubClient{User: "zoe", Token: bob.Token}, 403},
		"disabled user":                {gone.HubClient, 403},
		"owner whose name is spelt so": {doortest.HubClient{User: "Alice", Token: alice.Token}, 200},
	} {
		a := f.pull(t, c.by, "lab", "hello", "latest")
		if a.Status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.Status, c.status, a.Body)
		}
	}
	f.SetRole(t, alice.actor, "lab", "carl", model.NoRole)
	wantDetail(t, f.pull(t, carl.HubClient, "lab", "hello", "latest"), http.StatusNotFound)
}

// Nobody can tell what is private from what is not there.
func TestPrivateAndMissingLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.person(t, "alice"), f.person(t, "bob")
	image := f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	bearer := "Bearer " + bob.Token
	version := ref.Dotted(image.Content)
	for _, c := range []struct{ method, path, authorization string }{
		{http.MethodGet, "/api/container/lab/hello:latest", ""},
		{http.MethodGet, "/api/container/lab/hello", ""},
		{http.MethodGet, "/api/container/lab/hello@" + version, ""},
		{http.MethodGet, "/api/container/lab/hello@" + image.Content.Encoded()[:32], ""},
		{http.MethodGet, "/api/container/lab/hello@nonsense", ""},
		{http.MethodDelete, "/api/container/lab/hello:latest", ""},
		{http.MethodGet, "/api/container/lab/hello:latest", bearer},
		{http.MethodGet, "/api/container/lab/hello@" + version, bearer},
		{http.MethodGet, "/api/container/lab/hello@" + image.Content.Encoded()[:32], bearer},
		{http.MethodDelete, "/api/container/lab/hello:latest", bearer},
		{http.MethodDelete, "/api/container/lab/hello@" + version, bearer},
		{http.MethodGet, "/api/collection/lab", ""},
		{http.MethodGet, "/api/collection/lab", bearer},
		{http.MethodGet, "/api/container/search/collection/lab/name/hello", bearer},
		{http.MethodGet, "/api/container/search/collection/lab/name/hello/tag/latest", ""},
		{http.MethodGet, "/api/container/search/name/hello", bearer},
		{http.MethodGet, "/api/collections/1", bearer},
		{http.MethodGet, "/api/containers/1", bearer},
	} {
		there := f.Do(t, c.method, c.path, nil, "Authorization", c.authorization)
		missing := f.Do(t, c.method, strings.NewReplacer("lab", "bal", "/1", "/9", "hello", "olleh").Replace(c.path), nil, "Authorization", c.authorization)
		same := strings.NewReplacer("bal", "lab", "9,", "1,", "olleh", "hello").Replace(missing.Body) == there.Body
		if there.Status != missing.Status || !same {
			t.Errorf("%s %s %.6q: %d %s, but %d %s", c.method, c.path, c.authorization, there.Status, there.Body, missing.Status, missing.Body)
		}
		if there.Status == http.StatusUnauthorized {
			t.Errorf("%s: 401", c.path)
		}
	}
}

// Without credentials the Python client is told to sign, in the original's words.
func TestAnonymousCallerIsAskedForCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.pull(t, nobody, "lab", "hello", "latest")
	if a.Status != http.StatusForbidden || strings.TrimSpace(a.Body) != `{"detail":"Authentication Required"}` || a.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestVersionIsHonoured(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	old := f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{Payload: 10})
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{Payload: 20})
	f.Publish(t, alice.actor, "lab")
	sum := old.Content.Encoded()
	for _, version := range []string{"@sha256." + sum, "@sha256:" + sum, "@" + sum, "@" + sum[:40], "@" + sum[:32], ":sha256." + sum, ":latest@sha256." + sum, "@sha256." + sum + "/"} {
		m := want(t, f.Do(t, http.MethodGet, "/api/container/lab/hello"+version, nil), http.StatusOK)
		if m["version"] != "sha256."+sum {
			t.Errorf("%s gives %v", version, m["version"])
		}
	}
	for _, version := range []string{"@nonsense", "@latest", "@" + sum[:31], "@" + sum[:33], "@sha256." + sum[:63], "@" + strings.Repeat("0", 32),
		"@" + strings.Repeat("0", 64), "@" + strings.Repeat("%25", 32), "@" + strings.ToUpper(sum[:32]), "@" + sum + "@" + sum, ":nope", ":..", ":%20"} {
		a := f.Do(t, http.MethodGet, "/api/container/lab/hello"+version, nil, "Authorization", "Bearer "+alice.Token)
		wantDetail(t, a, http.StatusNotFound)
	}
}

// The Python client takes 400 for a pull that worked.
func TestNamesThatCannotBeAreNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"", "/", "//", "a//b", ":", "@", "a/:b", "!/!", strings.Repeat("a/", 20) + "b", strings.Repeat("x", 400), "%00", "%ff/%fe", "a/b:sha256.x"} {
		a := f.Do(t, http.MethodGet, "/api/container/"+path, nil)
		if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
			t.Errorf("%q: %d %s", path, a.Status, a.Body)
		}
	}
}

// What lists show of a frozen image can be pulled.
func TestFrozenURIIsPullable(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	image := f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	if err := f.Registry.FreezeTag(t.Context(), alice.actor, doortest.Path(t, "lab/hello"), "latest", true); err != nil {
		t.Fatal(err)
	}
	c := want(t, f.Do(t, http.MethodGet, "/api/collection/lab", nil), http.StatusOK)
	link := c["containers"].([]any)[0].(map[string]any)
	if link["uri"] != "lab/hello:"+ref.Dotted(image.Content) {
		t.Errorf("uri %v", link["uri"])
	}
	m := want(t, f.Do(t, http.MethodGet, "/api/container/"+link["uri"].(string), nil), http.StatusOK)
	if m["version"] != ref.Dotted(image.Content) {
		t.Errorf("version %v", m["version"])
	}
	m = want(t, f.pull(t, nobody, "lab", "hello", "latest"), http.StatusOK)
	if m["frozen"] != true {
		t.Errorf("frozen %v", m["frozen"])
	}
}

// An image that is not one file cannot be had here; 405 would pass for a success.
func TestImageOfLayersIsNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	path := doortest.Path(t, "lab/layers")
	config := `{"architecture":"amd64","os":"linux"}`
	up, err := f.Registry.BeginUpload(t.Context(), alice.actor, path, registry.Announcement{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.AppendUpload(t.Context(), alice.actor, path, up.ID, 0, strings.NewReader(config)); err != nil {
		t.Fatal(err)
	}
	if err := f.Registry.FinishUpload(t.Context(), alice.actor, path, up.ID, digest.FromString(config)); err != nil {
		t.Fatal(err)
	}
	const kind = "application/vnd.oci.image.manifest.v1+json"
	text := `{"schemaVersion":2,"mediaType":"` + kind + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"` +
		digest.FromString(config).String() + `","size":37},"layers":[]}`
	if _, err := f.Registry.PutManifest(t.Context(), alice.actor, path, ref.Reference{Tag: "latest"}, kind, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if detail := wantDetail(t, f.pull(t, alice.HubClient, "lab", "layers", "latest"), http.StatusNotFound); !strings.Contains(detail, "apptainer pull --no-https docker://") {
		t.Errorf("%q", detail)
	}
}

// A caller without credentials who comes too often is refused so that his client signs,
// and a signature counts for itself.
func TestTooManyRequestsAskForASignature(t *testing.T) {
	t.Parallel()
	f := newLimited(t, httpx.NewLimits(httpx.Rate{PerSecond: 1e-6, Burst: 1}, plenty))
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	want(t, f.pull(t, nobody, "lab", "hello", "latest"), http.StatusOK)
	a := f.pull(t, nobody, "lab", "hello", "latest")
	if detail := wantDetail(t, a, http.StatusForbidden); !strings.Contains(detail, "Too many") || a.Header.Get("Retry-After") == "" {
		t.Errorf("%+v", a)
	}
	for range 10 {
		want(t, f.pull(t, alice.HubClient, "lab", "hello", "latest"), http.StatusOK)
	}
}

// A site may show nothing to strangers.
func TestSiteThatRequiresSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true, Grace: time.Hour, UploadLife: time.Hour}))
	alice, bob := f.person(t, "alice"), f.person(t, "bob")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "lab")
	wantDetail(t, f.pull(t, nobody, "lab", "hello", "latest"), http.StatusForbidden)
	want(t, f.pull(t, bob.HubClient, "lab", "hello", "latest"), http.StatusOK)
	if got := want(t, f.Do(t, http.MethodGet, "/api/collections/", nil), http.StatusOK)["count"]; got != 0.0 {
		t.Errorf("%v collections", got)
	}
}
