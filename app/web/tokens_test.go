package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

func TestTokenIsShownOnceAndWorks(t *testing.T) {
	t.Parallel()
	var log journal
	f := newFixture(t, "https://hub.example.org", doortest.WithLog(&log))
	alice := f.User(t, "alice")
	f.Push(t, alice, "lab/hello", "latest", siftest.Options{})
	b := f.signedIn(t, alice)
	b.get("/account/tokens").is(http.StatusOK).says(".empty", "No tokens yet")

	p := b.post("/account/tokens", "name", " laptop ", "scope", "read", "scope", "write", "expires", "30", "collections", "lab, lab").is(http.StatusOK)
	if got := p.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	secret := p.text("#secret")
	actor, err := f.Identity.Bearer(t.Context(), secret)
	if err != nil || actor.Name != "alice" || actor.Scope != model.ScopeRead|model.ScopeWrite || len(actor.Only) != 1 {
		t.Fatalf("the token is that of %+v, %v", actor, err)
	}
	for selector, want := range map[string]string{
		"#set-own":     "sregistry login https://hub.example.org --token-stdin < token.txt",
		"#set-python":  `"token": "` + secret + `"`,
		"#set-library": "apptainer remote add --no-login sregistry https://hub.example.org",
		"#set-oras":    "apptainer registry login --username alice oras://hub.example.org",
		"#set-docker":  "docker login hub.example.org -u alice",
	} {
		p.says(selector, want)
		if p.Find("button[data-copy="+selector[1:]+"]").Length() != 1 {
			t.Errorf("%s cannot be copied", selector)
		}
	}

	list := b.get("/account/tokens").is(http.StatusOK)
	list.says(".card h3", "laptop").says(".card", "read, write").says(".card", "22 Dec 2026").says(".card .full", "lab")
	if strings.Contains(list.html, secret) || strings.Contains(log.String(), secret) || !strings.Contains(log.String(), "/account/tokens") {
		t.Error("the token is found in the list or in the log, or nothing was logged")
	}
}

func TestRevokedTokenIsGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	secret := f.TokenFor(t, alice, identity.NewToken{Name: "old", Scope: model.ScopeRead})
	action := b.get("/account/tokens").Find(".card form").AttrOr("action", "")
	bob := f.User(t, "bob")
	f.signedIn(t, bob).post(action).leadsTo("/account/tokens").says(".notice", "Token not found")
	if _, err := f.Identity.Bearer(t.Context(), secret); err != nil {
		t.Fatalf("another's form revoked the token: %v", err)
	}
	b.get(action).is(http.StatusMethodNotAllowed)
	b.post(action).leadsTo("/account/tokens").says(".notice", "Token revoked").says(".empty", "No tokens yet")
	if _, err := f.Identity.Bearer(t.Context(), secret); err == nil {
		t.Error("the token still works")
	}
	b.post(action).leadsTo("/account/tokens").says(".notice", "Token not found")
}

func TestExpiredTokenIsMarked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	b.post("/account/tokens", "name", "short", "scope", "read", "expires", "1").is(http.StatusOK)
	b.post("/account/tokens", "name", "long", "scope", "read", "expires", "never").is(http.StatusOK)
	if got := b.get("/account/tokens").lines(".badge.bad"); len(got) != 0 {
		t.Errorf("badges %q", got)
	}
	f.clock.advance(24 * time.Hour)
	p := b.get("/account/tokens")
	if d := cmp.Diff([]string{"expired"}, p.lines(".badge.bad")); d != "" {
		t.Errorf("badges (-want +got):\n%s", d)
	}
	p.says(".card:has(.badge.bad) h3", "short")
}

func TestTokenFormComesBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice, bob := f.User(t, "alice"), f.User(t, "bob")
	f.Push(t, bob, "hidden/hello", "latest", siftest.Options{})
	f.TokenFor(t, alice, identity.NewToken{Name: "taken", Scope: model.ScopeRead})
	b := f.signedIn(t, alice)
	for _, c := range []struct{ name, scope, expires, collections, field, says string }{
		{"", "read", "7", "", "name", "1 to"},
		{"taken", "read", "7", "", "name", "taken"},
		{"new", "", "7", "", "scope", "at least one"},
		{"new", "everything", "7", "", "scope", "at least one"},
		{"new", "read", "8", "", "expires", "one of the listed durations"},
		{"new", "read", "7", "lab; tools", "collections", `";" at character 4`},
		{"new", "read", "7", "a/b/c", "collections", "not the name of a collection"},
		{"new", "read", "7", "missing", "collections", "There is no missing, or you may not see it."},
		{"new", "read", "7", "hidden", "collections", "There is no hidden, or you may not see it."},
	} {
		p := b.post("/account/tokens", "name", c.name, "scope", c.scope, "expires", c.expires, "collections", c.collections)
		p.is(http.StatusUnprocessableEntity).says("#"+c.field+"-problem", c.says)
		if got := p.Find(".problem").Length(); got != 1 {
			t.Errorf("%+v: %d problems", c, got)
		}
		if p.Find("#name").AttrOr("value", "") != c.name || p.Find("#collections").AttrOr("value", "") != c.collections {
			t.Errorf("%+v: what was typed does not come back", c)
		}
	}
	p := b.post("/account/tokens", "name", "new").is(http.StatusUnprocessableEntity)
	if p.Find(".problem").Length() != 2 {
		t.Errorf("not all is told at once: %q", p.lines(".problem"))
	}
}

func TestAddressThatApptainerTellsLeadsToTheTokens(t *testing.T) {
	t.Parallel()
	p := newFixture(t, "").browser(t).get("/auth/tokens").is(http.StatusFound)
	if got := p.header.Get("Location"); got != "/account/tokens" {
		t.Errorf("leads to %q", got)
	}
}
