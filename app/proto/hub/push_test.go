package hub_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

func TestPushCreatesACollectionOfThePusher(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	file := siftest.SIF(t, siftest.Options{})

	a := f.announce(t, alice.Sign(f.clock.now(), "push", "lab", "hello", "latest"), "lab", "hello", "latest")
	cid, _ := want(t, a, http.StatusOK)["cid"].(string)
	if _, err := f.Registry.Collection(t.Context(), alice.actor, doortest.Path(t, "lab")); !errs.Is(err, errs.NotFound) {
		t.Errorf("the first step made a collection: %v", err)
	}
	a = f.upload(t, alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest"), cid, "hello", "latest", file)
	if got := want(t, a, http.StatusOK)["message"]; got != "Upload Complete" {
		t.Errorf("message %q", got)
	}
	c, err := f.Registry.Collection(t.Context(), alice.actor, doortest.Path(t, "lab"))
	if err != nil || c.Role != model.Owner || c.Public {
		t.Errorf("%+v, %v", c, err)
	}
	i, err := f.Registry.Image(t.Context(), alice.actor, doortest.Path(t, "lab/hello"), ref.Reference{Tag: "latest"}, "")
	if err != nil || i.Content != digest.FromBytes(file) {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestPushAgainReplacesTheTag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	f.Push(t, alice.actor, "lab/hello", "latest", siftest.Options{Payload: 10})
	file := siftest.SIF(t, siftest.Options{Payload: 20})
	f.announceOK(t, alice, "lab", "hello", "latest")
	want(t, f.upload(t, alice.Sign(f.clock.now(), "upload", "lab", "hello", "latest"), "lab", "hello", "latest", file), http.StatusOK)
	m := want(t, f.pull(t, alice.HubClient, "lab", "hello", "latest"), http.StatusOK)
	if m["version"] != "sha256."+digest.FromBytes(file).Encoded() {
		t.Errorf("still %v", m["version"])
	}
}

func (f *fixture) announceOK(t *testing.T, by person, collection, name, tag string) {
	t.Helper()
	want(t, f.announce(t, by.Sign(f.clock.now(), "push", collection, name, tag), collection, name, tag), http.StatusOK)
}

// The first step is the only one whose refusal the Python client shows.
func TestFirstStepRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob, carl := f.person(t, "alice"), f.person(t, "bob"), f.person(t, "carl")
	f.Push(t, alice.actor, "lab/hello", "frozen", siftest.Options{})
	f.Push(t, alice.actor, "open/hello", "latest", siftest.Options{})
	f.Publish(t, alice.actor, "open")
	f.SetRole(t, alice.actor, "lab", "carl", model.Contributor)
	if err := f.Registry.FreezeTag(t.Context(), alice.actor, doortest.Path(t, "lab/hello"), "frozen", true); err != nil {
		t.Fatal(err)
	}
	open, err := f.Registry.Collection(t.Context(), alice.actor, doortest.Path(t, "open"))
	if err != nil {
		t.Fatal(err)
	}
	gone := f.person(t, "gone")
	if err := f.Identity.SetDisabled(t.Context(), f.admin, "gone", true); err != nil {
		t.Fatal(err)
	}
	reader := f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeRead})
	narrow := f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeAll, Collections: []int64{open.ID}})
	old := f.client(t, alice.actor, identity.NewToken{Scope: model.ScopeAll, Expires: f.clock.now().Add(time.Minute)})
	f.clock.advance(2 * time.Minute)
	wrong := doortest.HubClient{User: "alice", Token: bob.Token}
	now := f.clock.now()
	for name, c := range map[string]struct {
		authorization, collection, container, tag string
		status                                    int
		words                                     string
	}{
		"nobody":                 {"", "lab", "hello", "latest", 403, "Authentication Required"},
		"a wrong token":          {wrong.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "signature does not match"},
		"another name":           {alice.Sign(now, "push", "lab", "other", "latest"), "lab", "hello", "latest", 403, "signature does not match"},
		"another kind":           {alice.Sign(now, "pull", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "signed for"},
		"a wrong clock":          {alice.Sign(now.Add(-2*time.Hour), "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "clocks differ"},
		"an unknown scheme":      {"Token abc", "lab", "hello", "latest", 403, "not understood"},
		"half a header":          {"SREGISTRY-HMAC-SHA256 Credential=push/", "lab", "hello", "latest", 403, "not understood"},
		"a disabled user":        {gone.Sign(now, "push", "new", "hello", "latest"), "new", "hello", "latest", 403, "signature does not match"},
		"an expired token":       {old.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "expired"},
		"a read-only token":      {reader.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "wider scope"},
		"another collection's":   {narrow.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "may not push"},
		"a stranger, hidden":     {bob.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "may not push"},
		"a stranger, public":     {bob.Sign(now, "push", "open", "hello", "latest"), "open", "hello", "latest", 403, "ask one of its owners"},
		"a contributor":          {carl.Sign(now, "push", "lab", "hello", "latest"), "lab", "hello", "latest", 403, "ask one of its owners"},
		"a frozen tag":           {alice.Sign(now, "push", "lab", "hello", "frozen"), "lab", "hello", "frozen", 403, "frozen"},
		"no collection":          {alice.Sign(now, "push", "", "hello", "latest"), "", "hello", "latest", 400, "no whole name"},
		"no name":                {alice.Sign(now, "push", "lab", "", "latest"), "lab", "", "latest", 400, "no whole name"},
		"a name of nothing":      {alice.Sign(now, "push", "lab", "///", "latest"), "lab", "///", "latest", 400, "is empty"},
		"a name too long":        {alice.Sign(now, "push", "lab", strings.Repeat("x", 300), "latest"), "lab", strings.Repeat("x", 300), "latest", 400, "at most"},
		"a tag like a digest":    {alice.Sign(now, "push", "lab", "hello", "sha256.ab"), "lab", "hello", "sha256.ab", 400, "begins like a digest"},
		"a reserved name":        {alice.Sign(now, "push", "api", "hello", "latest"), "api", "hello", "latest", 403, "reserved"},
		"somebody's own, hidden": {bob.Sign(now, "push", "alice/tools", "hello", "latest"), "alice/tools", "hello", "latest", 403, "may not push"},
	} {
		t.Run(name, func(t *testing.T) {
			detail := wantDetail(t, f.announce(t, c.authorization, c.collection, c.container, c.tag), c.status)
			if !strings.Contains(detail, c.words) {
				t.Errorf("%q does not say %q", detail, c.words)
			}
		})
	}
}

// A private collection that is not one's own, and a name that one may not create, are told
// alike.
func TestFirstStepDoesNotTellWhatIsPrivate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, bob := f.person(t, "alice"), f.person(t, "bob")
	f.Push(t, alice.actor, "alice/tools/hello", "latest", siftest.Options{})
	hidden := f.announce(t, bob.Sign(f.clock.now(), "push", "alice/tools", "hello", "latest"), "alice/tools", "hello", "latest")
	missing := f.announce(t, bob.Sign(f.clock.now(), "push", "alice/nope1", "hello", "latest"), "alice/nope1", "hello", "latest")
	if hidden.Status != missing.Status || strings.ReplaceAll(hidden.Body, "tools", "nope1") != missing.Body {
		t.Errorf("%+v\n%+v", hidden, missing)
	}
}

func TestFirstStepRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, body := range []string{"", "{", `"a"`, `{"collection": 1}`, strings.Repeat(" ", 2<<20)} {
		a := f.Do(t, http.MethodPost, "/api/upload/chunked_upload", body, "Content-Type", "application/json")
		if a.Status < 400 || a.Status > 499 || object(t, a.Body)["detail"] == "" {
			t.Errorf("%.20q: %d %s", body, a.Status, a.Body)
		}
	}
}

func TestRobotAndBearerTokenPush(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.Identity.CreateUser(t.Context(), f.admin, identity.NewUser{Name: "ci", Kind: model.Robot}); err != nil {
		t.Fatal(err)
	}
	ci := doortest.HubClient{User: "ci", Token: f.TokenFor(t, f.admin, identity.NewToken{User: "ci", Scope: model.ScopeWrite})}
	file := siftest.SIF(t, siftest.Options{})
	want(t, f.announce(t, ci.Sign(f.clock.now(), "push", "lab", "a", "1"), "lab", "a", "1"), http.StatusOK)
	want(t, f.upload(t, ci.Sign(f.clock.now(), "upload", "lab", "a", "1"), "lab", "a", "1", file), http.StatusOK)
	want(t, f.announce(t, "Bearer "+ci.Token, "lab", "a", "2"), http.StatusOK)
	want(t, f.upload(t, "Bearer "+ci.Token, "lab", "a", "2", file), http.StatusOK)
	want(t, f.pull(t, ci, "lab", "a", "2"), http.StatusOK)
}

// A request that was signed in the last second of an hour may be checked in the next.
func TestSignedBeforeTheFullHourAndCheckedAfterIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	signed := time.Date(2026, 11, 22, 13, 59, 59, 0, time.UTC)
	header := alice.Sign(signed, "push", "lab", "hello", "latest")
	f.clock.set(signed.Add(2 * time.Second))
	want(t, f.announce(t, header, "lab", "hello", "latest"), http.StatusOK)
	f.clock.set(signed.Add(2*time.Hour + time.Second))
	wantDetail(t, f.announce(t, header, "lab", "hello", "latest"), http.StatusForbidden)
}

// Names that our grammar has not are made into ones that it has, on every way in.
func TestNamesAreSignedAsSentAndMadeToFit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.person(t, "alice")
	file := siftest.SIF(t, siftest.Options{})
	for _, c := range []struct{ collection, name, tag, path, want string }{
		{"my_coll", "tool.v2", "v1.0_rc", "my_coll/tool.v2", "v1.0_rc"},
		{"my.coll", "b", "latest", "my.coll/b", "latest"},
		{"My Coll!", "A+B", "1+2", "my-coll/a-b", "1-2"},
	} {
		f.announceOK(t, alice, c.collection, c.name, c.tag)
		header := alice.Sign(f.clock.now(), "upload", c.collection, c.name, c.tag)
		want(t, f.upload(t, header, c.collection, c.name, c.tag, file), http.StatusOK)
		if _, err := f.Registry.Image(t.Context(), alice.actor, doortest.Path(t, c.path), ref.Reference{Tag: c.want}, ""); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	header := alice.Sign(f.clock.now(), "pull", "My Coll!", "A+B", "1+2")
	want(t, f.Do(t, http.MethodGet, "/api/container/My%20Coll!/A+B:1+2", nil, "Authorization", header), http.StatusOK)
}
