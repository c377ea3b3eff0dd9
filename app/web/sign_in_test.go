package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/doortest"
	"sregistry/app/model"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	b := f.browser(t)
	if p := b.get("/").is(http.StatusOK); p.viewer() != "" {
		t.Fatalf("signed in as %q before", p.viewer())
	}
	home := b.post("/sign-in", "name", " Alice ", "password", doortest.Password).leadsTo("/")
	if home.viewer() != "alice" {
		t.Fatalf("signed in as %q", home.viewer())
	}
	b.get("/sign-in?next=/account/tokens").leadsTo("/account/tokens").is(http.StatusOK)

	cookies := b.cookies()
	out := b.post("/sign-out").leadsTo("/").says(".notice.good", "signed out")
	if out.viewer() != "" {
		t.Errorf("signed in as %q after signing out", out.viewer())
	}
	// The session itself is gone, not only the browser's cookie.
	if p := f.browser(t).get("/", "Cookie", cookies); p.viewer() != "" {
		t.Error("the old cookie still works")
	}
	b.post("/sign-out").leadsTo("/")
}

// cookies gives the header that the browser sends.
func (b *browser) cookies() string {
	b.t.Helper()
	u, err := url.Parse(b.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, c := range b.client.Jar.Cookies(u) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

func TestWrongPasswordAndUnknownNameLookAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	b := f.browser(t)
	known := b.post("/sign-in", "name", "alice", "password", "something else", "next", "/account/tokens").is(http.StatusUnprocessableEntity)
	unknown := b.post("/sign-in", "name", "bobby", "password", "something else", "next", "/account/tokens").is(http.StatusUnprocessableEntity)
	if d := cmp.Diff(known.html, strings.ReplaceAll(unknown.html, "bobby", "alice")); d != "" {
		t.Errorf("they differ (-known +unknown):\n%s", d)
	}
	known.says("[role=alert]", "wrong")
	if strings.Contains(known.html, "something else") {
		t.Error("the password comes back")
	}
	if got := known.Find("input[name=next]").AttrOr("value", ""); got != "/account/tokens" {
		t.Errorf("next comes back as %q", got)
	}
}

func TestTooManyWrongPasswordsSayHowLongToWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	b := f.browser(t)
	for range 100 {
		p := b.post("/sign-in", "name", "alice", "password", "something else")
		if p.status == http.StatusUnprocessableEntity {
			continue
		}
		p.is(http.StatusTooManyRequests).says("[role=alert]", "Wait")
		if p.header.Get("Retry-After") == "" {
			t.Error("there is no Retry-After")
		}
		return
	}
	t.Error("nobody slowed a hundred wrong passwords")
}

func TestNextLeadsBackOnlyWithinTheSite(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	for next, want := range map[string]string{
		"/account/tokens":              "/account/tokens",
		"/?after=library%2Flab":        "/?after=library%2Flab",
		"/collections/library/lab":     "/collections/library/lab",
		"":                             "/",
		"https://evil.example/":        "/",
		"//evil.example/":              "/",
		`/\evil.example/`:              "/",
		`\\evil.example/`:              "/",
		"/\t/evil.example/":            "/",
		"\n//evil.example/":            "/",
		"javascript:alert(1)":          "/",
		"evil.example":                 "/",
		"///evil.example":              "/",
		"http:/account":                "/",
		"/" + strings.Repeat("a", 1e4): "/",
	} {
		b := f.browser(t)
		p := b.post("/sign-in", "name", "alice", "password", doortest.Password, "next", next).is(http.StatusSeeOther)
		if got := p.header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
		if got := b.get("/sign-in?next=" + url.QueryEscape(next)).header.Get("Location"); got != want {
			t.Errorf("next %q of somebody signed in leads to %q, want %q", next, got, want)
		}
	}
}

func TestPageForMembersAsksToSignInAndComesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	b := f.browser(t)
	ask := b.get("/account/tokens?a=b").leadsTo("/sign-in?next=%2Faccount%2Ftokens%3Fa%3Db").is(http.StatusOK)
	next := ask.Find("input[name=next]").AttrOr("value", "")
	b.post("/sign-in", "name", "alice", "password", doortest.Password, "next", next).leadsTo("/account/tokens?a=b").is(http.StatusOK)

	// A form whose session has ended leads back to the page that it was on.
	from := func(referer string) string {
		return f.browser(t).send(http.MethodPost, "/account/tokens/abc/revoke", "", "Referer", referer, "Sec-Fetch-Site", "same-origin").
			is(http.StatusSeeOther).header.Get("Location")
	}
	if got := from(f.URL + "/account/tokens"); got != "/sign-in?next=%2Faccount%2Ftokens" {
		t.Errorf("a form leads to %q", got)
	}
	if got := from("https://name-at-the-proxy.example/account/tokens"); got != "/sign-in?next=%2Faccount%2Ftokens" {
		t.Errorf("a form behind a proxy leads to %q", got)
	}
	for _, referer := range []string{"", "about:blank", "https://hub.example.org//evil.example/"} {
		if got := from(referer); got != "/sign-in" {
			t.Errorf("a form from %q leads to %q", referer, got)
		}
	}
}

func TestSignInBeginsANewSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	f.User(t, "alice")
	mallory := f.User(t, "mallory")
	// Somebody plants his own session in another's browser, who then signs in.
	planted := f.signedIn(t, mallory).cookies()
	victim := f.browser(t)
	p := victim.send(http.MethodPost, "/sign-in", url.Values{"name": {"alice"}, "password": {doortest.Password}}.Encode(),
		"Cookie", planted, "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
	p.leadsTo("/")
	if got := victim.cookies(); got == "" || got == planted {
		t.Fatalf("the session is %q, and was %q", got, planted)
	}
	if who := victim.get("/").viewer(); who != "alice" {
		t.Errorf("the victim is %q", who)
	}
	if who := f.browser(t).get("/", "Cookie", planted).viewer(); who != "" {
		t.Errorf("the planted session is that of %q", who)
	}
}

func TestDisablingAnAccountEndsItsSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	b := f.signedIn(t, alice)
	b.get("/account/tokens").is(http.StatusOK)
	if err := f.Identity.SetDisabled(t.Context(), model.Console, "alice", true); err != nil {
		t.Fatal(err)
	}
	b.get("/account/tokens").leadsTo("/sign-in?next=%2Faccount%2Ftokens")
	b.post("/sign-in", "name", "alice", "password", doortest.Password).is(http.StatusUnprocessableEntity)
}
