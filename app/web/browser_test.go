package web_test

import (
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/sif/siftest"
)

// TestBrowser goes the ways of a person through the site in a real browser: from the link
// of the first start to a token and the images. It is a step of its own (-browser), since
// it needs Chromium; with the flag, it fails where there is none.
func TestBrowser(t *testing.T) {
	if !*inBrowser {
		return
	}
	f := newFixture(t, "")
	b := startChromium(t, f.URL)
	firstRun(t, f, b)
	signOutAndIn(b)
	makeToken(b)
	lookAround(t, f, b)
}

// firstRun makes the account, at the second try.
func firstRun(t *testing.T, f *fixture, b *chromium) {
	t.Helper()
	link := f.setupLink(t)
	b.open("/")
	b.see("home-before")
	b.open(link)
	b.see("setup")
	b.fill("name", "ada", "password", doortest.Password, "again", "another password")
	b.press("main form button", "#again-problem")
	b.see("setup-problem")
	if got := evaluate[string](b, "document.activeElement.id"); got != "password" {
		t.Errorf("the focus is on %q", got)
	}
	b.fill("password", doortest.Password, "again", doortest.Password)
	b.press("main form button", ".notice.good")
	b.says(".masthead .who bdi", "ada")
	b.see("home-first")
	b.open(link)
	b.see("setup-gone")
}

func signOutAndIn(b *chromium) {
	b.t.Helper()
	b.press(".viewer form button", ".masthead a[href='/sign-in']")
	b.see("signed-out")
	b.open("/account/tokens")
	b.says("h1", "Sign in")
	b.fill("name", "ada", "password", "something else")
	b.press("main form button", "[role=alert]")
	b.see("sign-in-problem")
	b.fill("password", doortest.Password)
	b.press("main form button", "#new")
	b.says("h1", "Tokens")
}

// makeToken makes a token and copies it.
func makeToken(b *chromium) {
	b.t.Helper()
	b.see("tokens-empty")
	b.fill("name", "laptop", "collections", "nowhere")
	b.press("form.fields button", "#collections-problem")
	b.see("tokens-problem")
	evaluate[any](b, "document.querySelector('#collections').value = ''")
	b.press("form.fields button", "#secret")
	b.see("token-created")
	secret := evaluate[string](b, "document.querySelector('#secret').value")
	if copied := b.copies("secret"); copied != secret || len(secret) < 200 {
		b.t.Errorf("copied %q of the token %q", copied, secret)
	}
	b.press(".after a", ".card")
	b.see("tokens")
	b.press(".card form button", ".notice.good")
	b.see("token-revoked")
}

// lookAround sees the pages of images, with something in them.
func lookAround(t *testing.T, f *fixture, b *chromium) {
	t.Helper()
	ada, err := f.Identity.Password(t.Context(), "192.0.2.1", "ada", doortest.Password)
	if err != nil {
		t.Fatal(err)
	}
	f.User(t, "bob")
	for _, name := range []string{"lab/hello", "lab/gromacs", "ada/tools/samtools", "ada/bwa"} {
		f.Push(t, ada, name, "latest", siftest.Options{})
	}
	f.Push(t, ada, "lab/gromacs", "2026.11-cuda13", siftest.Options{Labels: map[string]string{
		"maintainer": "Ada", "org.label-schema.build-date": "Sunday_22_November_2026_9:12:3_UTC", "hostile": hostile}})
	f.SetRole(t, ada, "lab", "bob", model.Contributor)
	f.Publish(t, ada, "lab")
	b.open("/")
	b.see("home")
	b.press("a[href='/collections/library/lab']", "#containers")
	b.see("collection")
	b.press("a[href$='2026.11-cuda13']", "#pull")
	b.see("image")
	if copied := b.copies("pull-1"); copied != "sregistry pull lab/gromacs:2026.11-cuda13" {
		t.Errorf("copied %q", copied)
	}
	b.open("/containers/library/lab/hello:latest")
	b.see("image-with-inside")
	b.open("/collections/library/nothing")
	b.see("missing")
}
