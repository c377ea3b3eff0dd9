package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/sif/siftest"
	"sregistry/static"
)

func TestHiddenLooksLikeMissing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	stranger := f.User(t, "stranger")
	f.Push(t, alice, "hidden/hello", "latest", siftest.Options{})
	known, nobody := f.signedIn(t, stranger), f.browser(t)
	for _, path := range []string{
		"/collections/library/NAME", "/containers/library/NAME/hello:latest", "/containers/library/NAME/hello:other",
		"/containers/library/NAME/other:latest", "/collections/library/NAME?after=x",
	} {
		hidden, missing := strings.Replace(path, "NAME", "hidden", 1), strings.Replace(path, "NAME", "nowhere", 1)
		for _, b := range []*browser{known, nobody} {
			h, m := b.get(hidden), b.get(missing)
			if h.status != m.status || h.header.Get("Location") != strings.ReplaceAll(m.header.Get("Location"), "nowhere", "hidden") {
				t.Errorf("%s: %d %q, but missing %d %q", path, h.status, h.header.Get("Location"), m.status, m.header.Get("Location"))
			}
			if d := cmp.Diff(h.html, strings.ReplaceAll(m.html, "nowhere", "hidden")); d != "" {
				t.Errorf("%s (-hidden +missing):\n%s", path, d)
			}
		}
		known.get(hidden).is(http.StatusNotFound).says("h1", "Not found")
		nobody.get(hidden).leadsTo("/sign-in?" + url.Values{"next": {hidden}}.Encode())
	}
	if p := known.get("/"); strings.Contains(p.html, "hidden/") {
		t.Error("the hidden collection is listed")
	}
}

func TestFormOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "https://hub.example.org")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	for _, path := range []string{"/sign-out", "/sign-in", "/account/tokens", "/account/tokens/x/revoke", "/setup/x", "/invitations/x"} {
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
		} {
			b.send(http.MethodPost, path, "", header...).is(http.StatusForbidden).says(".lead", "another site")
		}
	}
	if b.get("/").viewer() != "alice" {
		t.Error("a refused form signed out")
	}
	// Behind a proxy the site's own address is the public one.
	b.send(http.MethodPost, "/sign-out", "", "Origin", "https://hub.example.org").leadsTo("/")
}

func TestUnknownAddressesAndMethodsGetAPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	for path, status := range map[string]int{
		"/nothing":                           http.StatusNotFound,
		"/collections/library/a/b":           http.StatusNotFound,
		"/containers/library/lab":            http.StatusNotFound,
		"//evil.example/%2f..":               http.StatusNotFound,
		"/sign-out":                          http.StatusMethodNotAllowed,
		"/collections/library/UPPER":         http.StatusBadRequest,
		"/containers/library/lab/a:b:c":      http.StatusBadRequest,
		"/containers/library/lab/a:sha256.x": http.StatusBadRequest,
	} {
		p := b.get(path).is(status)
		if p.viewer() != "alice" || p.Find("h1").Length() != 1 || p.text(".lead") == "" {
			t.Errorf("%s: no page for alice: %s", path, p.text("body"))
		}
		if p.header.Get("Content-Security-Policy") == "" || p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, p.header)
		}
	}
	if p := b.send(http.MethodHead, "/", ""); p.status != http.StatusOK {
		t.Errorf("HEAD: status %d", p.status)
	}
}

func TestFormThatIsTooLargeOrBrokenIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	b.post("/account/tokens", "name", strings.Repeat("x", 65<<10)).is(http.StatusRequestEntityTooLarge).says(".lead", "64 KiB")
	b.send(http.MethodPost, "/account/tokens", "name=%zz", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin").
		is(http.StatusBadRequest)
	// Fields count only where no address can hold them.
	b.post("/account/tokens?name=x&scope=read&expires=7").is(http.StatusUnprocessableEntity)
}

func TestAssetsAskForNoSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	b := f.browser(t)
	if p := b.get(static.URL(static.Sheet)).is(http.StatusOK); !strings.Contains(p.header.Get("Cache-Control"), "immutable") {
		t.Errorf("Cache-Control: %q", p.header.Get("Cache-Control"))
	}
	b.get("/static/css/app.css").is(http.StatusNotFound)
	icon := b.get("/favicon.ico").is(http.StatusFound).header.Get("Location")
	b.get(icon).is(http.StatusOK)
	b.get("/robots.txt").is(http.StatusOK).says("body", "Disallow: /")
}

func TestShortenedAddressLeadsToTheFrontPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.browser(t).get("/collections").leadsTo("/")
}
