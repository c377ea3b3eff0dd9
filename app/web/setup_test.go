package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/model"
)

// setupLink gives the path of the link that a first start prints.
func (f *fixture) setupLink(t testing.TB) string {
	t.Helper()
	secret, ok, err := f.Identity.SetupLink(t.Context())
	if err != nil || !ok {
		t.Fatalf("SetupLink: %v, %v", ok, err)
	}
	return "/setup/" + secret
}

func TestFirstRunMakesTheAdminAndSignsHimIn(t *testing.T) {
	t.Parallel()
	var log journal
	f := newFixture(t, "", doortest.WithLog(&log))
	link, b := f.setupLink(t), f.browser(t)
	b.get("/").is(http.StatusOK).says(".empty", "Open the setup link that the server printed")
	b.get(link).is(http.StatusOK).says("h1", "Welcome")

	home := b.post(link, "name", "ada", "password", doortest.Password, "again", doortest.Password).leadsTo("/")
	home.is(http.StatusOK).says(".notice.good", "Welcome, ada")
	if home.viewer() != "ada" || home.text(".masthead .badge") != "admin" {
		t.Errorf("signed in as %q %q, want the admin ada", home.viewer(), home.text(".masthead .badge"))
	}
	if b.get("/").Find(".notice").Length() != 0 {
		t.Error("the flash is shown twice")
	}
	f.browser(t).get("/").is(http.StatusOK).says(".empty", "Sign in")
	for _, secret := range []string{strings.TrimPrefix(link, "/setup/"), doortest.Password} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is found in the log", secret)
		}
	}
	u, err := f.Identity.UserByName(t.Context(), model.Console, "ada")
	if err != nil || !u.Admin {
		t.Errorf("the account is %+v, %v", u, err)
	}
}

func TestSetupLinkWorksOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	link := f.setupLink(t)
	f.browser(t).post(link, "name", "ada", "password", doortest.Password, "again", doortest.Password).leadsTo("/")
	other := f.browser(t)
	other.get(link).is(http.StatusNotFound).says("h1", "no longer valid")
	again := other.post(link, "name", "eve", "password", doortest.Password, "again", doortest.Password)
	again.is(http.StatusNotFound).says("h1", "no longer valid")
	if n, err := f.Identity.CountUsers(t.Context()); n != 1 || err != nil {
		t.Errorf("%d accounts, %v; want 1", n, err)
	}
}

func TestSetupLinkDiesAfterAnHour(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	link, b := f.setupLink(t), f.browser(t)
	f.clock.advance(time.Hour - time.Second)
	b.get(link).is(http.StatusOK)
	f.clock.advance(time.Second)
	b.get(link).is(http.StatusNotFound).says("h1", "no longer valid")
	b.post(link, "name", "ada", "password", doortest.Password, "again", doortest.Password).is(http.StatusNotFound)
	b.get("/setup/ABCDEFGHIJKLMNOPQRSTUVWXYZ").is(http.StatusNotFound).says("h1", "no longer valid")
}

func TestSetupComesBackWithWhatIsWrongAndWithoutPasswords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "")
	link, b := f.setupLink(t), f.browser(t)
	for _, c := range []struct{ name, password, again, field, says string }{
		{"ada", doortest.Password, "another password", "again", "do not match"},
		{"Ada L", doortest.Password, doortest.Password, "name", `"A" at character 1`},
		{"", doortest.Password, doortest.Password, "name", "empty"},
		{"library", doortest.Password, doortest.Password, "name", "reserved"},
		{"ada", "qw!rty", "qw!rty", "password", "characters"},
	} {
		p := b.post(link, "name", c.name, "password", c.password, "again", c.again).is(http.StatusUnprocessableEntity)
		p.says("#"+c.field+"-problem", c.says)
		if got := p.Find(".problem").Length(); got != 1 {
			t.Errorf("%+v: %d problems", c, got)
		}
		if got := p.Find("#name").AttrOr("value", "none"); got != c.name {
			t.Errorf("%+v: the name comes back as %q", c, got)
		}
		if strings.Contains(p.html, c.password) || strings.Contains(p.html, c.again) {
			t.Errorf("%+v: a password comes back", c)
		}
	}
	if n, err := f.Identity.CountUsers(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accounts, %v; want none", n, err)
	}
}
