package web_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sregistry/app/doortest"
	"sregistry/app/sif/siftest"
)

// TestBrowserWithTheProgram goes the ways of people through the program as it ships, beside
// its own client. The journeys follow each other: each finds what those before have left.
func TestBrowserWithTheProgram(t *testing.T) {
	if !*inBrowser {
		return
	}
	p, dir := startProgram(t), t.TempDir()
	file := filepath.Join(dir, "hello.sif")
	if err := siftest.Write(file, siftest.Options{Payload: 3 << 20, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	var token string
	for _, journey := range []struct {
		name string
		goes func(t *testing.T)
	}{
		{"first run and a token", func(t *testing.T) { token = firstToken(t, p) }},
		{"the client and the download", func(t *testing.T) { clientAndDownload(t, p, token, file) }},
		{"a role given and taken", func(t *testing.T) { roleGivenAndTaken(t, p, file) }},
		{"a tag deleted and brought back", func(t *testing.T) { tagBroughtBack(t, p) }},
		{"search as you type", func(t *testing.T) { searchAsYouType(t, p) }},
		{"dark mode", func(t *testing.T) { darkMode(t, p) }},
		{"by keyboard only", func(t *testing.T) { byKeyboard(t, p) }},
		{"the token revoked", func(t *testing.T) { tokenRevoked(t, p, token) }},
	} {
		if !t.Run(journey.name, journey.goes) {
			return
		}
	}
}

// firstToken makes the first account, and with it a token, which is read where it is shown.
func firstToken(t *testing.T, p *program) string {
	b := startChromium(t, p.url)
	b.open(p.setup)
	b.fill("name", "ada", "password", doortest.Password, "again", doortest.Password)
	b.press("main form button", ".notice.good")
	b.open("/account/tokens")
	b.fill("name", "laptop")
	if !evaluate[bool](b, "document.querySelector('#scope-write').checked") {
		b.do(chromedp.Click(chromedp.CSS("#scope-write")))
	}
	b.press("form.fields button", "#secret")
	return b.copies("secret")
}

// clientAndDownload has the client push and pull by the browser's token, and the page's
// button download the same bytes.
func clientAndDownload(t *testing.T, p *program, token, file string) {
	p.works(t, token, "push", "--quiet", "--name", "lab/hello:1.0", file)
	p.works(t, token, "tag", "lab/hello:1.0", "stable")
	pulled := filepath.Join(t.TempDir(), "pulled.sif")
	p.works(t, token, "pull", "--quiet", "--name", pulled, "lab/hello:1.0")
	same(t, pulled, file)
	b := p.person(t, "ada", doortest.Password)
	b.open("/containers/library/lab/hello:1.0")
	same(t, b.download(".switches a[download]"), file)
}

// download clicks a link and gives the file that comes.
func (b *chromium) download(selector string) string {
	b.t.Helper()
	dir, tell := b.t.TempDir(), true
	into := cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &tell}
	if _, err := chromedp.CallBrowser(b.ctx, cdpbrowser.SetDownloadBehavior, into); err != nil {
		b.t.Fatal(err)
	}
	var name string
	came := make(chan bool, 1)
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		switch e := event.(type) {
		case *cdpbrowser.EventDownloadWillBegin:
			name = e.SuggestedFilename
		case *cdpbrowser.EventDownloadProgress:
			if e.State != cdpbrowser.DownloadProgressStateInProgress {
				came <- e.State == cdpbrowser.DownloadProgressStateCompleted
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Click(chromedp.CSS(selector)))
	select {
	case whole := <-came:
		if !whole {
			b.t.Fatalf("the download of %s was broken off", name)
		}
	case <-b.ctx.Done():
		b.t.Fatal("no download came")
	}
	return filepath.Join(dir, name)
}

// same fails the test unless two files have the same bytes.
func same(t *testing.T, got, want string) {
	t.Helper()
	g, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("%s has %d bytes that are not the %d of %s", got, len(g), len(w), want)
	}
}

// roleGivenAndTaken has ada make bob an account, let him see, then change, then see no more
// what is in her private collection; he looks at each step.
func roleGivenAndTaken(t *testing.T, p *program, file string) {
	const bobs = "a password of bob's own"
	const settings, image = "/collections/library/lab/settings", "/containers/library/lab/hello:1.0"
	ada, bob := p.person(t, "ada", doortest.Password), startChromium(t, p.url)
	ada.open("/admin/users")
	ada.fill("name", "bob")
	ada.press("form.fields button", "#link")
	bob.open(evaluate[string](ada, "new URL(document.querySelector('#link').textContent).pathname"))
	bob.fill("password", bobs, "again", bobs)
	bob.press("main form button", ".notice.good")
	bob.open(image)
	bob.says(".failure .status", "404")

	ada.open(settings)
	ada.fill("who", "bob")
	ada.press("form[action$='/roles'] button", ".notice.good")
	ada.see("roles-given")
	bob.open(image)
	bob.says("h1", "hello:1.0")
	same(t, bob.download(".switches a[download]"), file)
	bob.open("/manage/library/lab/hello:1.0")
	bob.says(".failure .status", "403")

	ada.press("button[aria-label='Make owner: bob']", "button[aria-label='Make contributor: bob']")
	bob.open("/manage/library/lab/hello:1.0")
	bob.fill("tag", "bobs")
	bob.press("form[action*='/do/tag/'] button", ".notice.good")

	ada.open(settings)
	ada.press("button[aria-label='Remove bob']", ".notice.good")
	bob.open(image)
	bob.says(".failure .status", "404")
	bob.see("role-taken")
	bob.open("/search?q=hello")
	if got := evaluate[int](bob, "document.querySelectorAll('#results a').length"); got != 0 {
		t.Errorf("bob still finds %d things", got)
	}
}

// tagBroughtBack deletes a tag and undoes that, with the button that is offered at once.
func tagBroughtBack(t *testing.T, p *program) {
	b := p.person(t, "ada", doortest.Password)
	b.open("/manage/library/lab/hello")
	b.press("a[aria-label='Delete stable']", "main form button.danger")
	b.see("delete-confirm")
	b.press("main form button.danger", ".notice.undo")
	b.see("tag-deleted")
	b.open("/containers/library/lab/hello:stable")
	b.says(".failure .status", "404")
	b.open("/manage/library/lab/hello")
	b.press("button[aria-label^='Restore '][aria-label$=':stable']", ".notice.good")
	b.see("tag-back")
	b.open("/containers/library/lab/hello:stable")
	b.says("h1", "hello:stable")

	b.open("/manage/library/lab/hello")
	b.press("a[aria-label='Delete stable']", "main form button.danger")
	b.press("main form button.danger", ".notice.undo")
	b.press(".notice.undo button", ".notice.good:not(.undo)")
	b.open("/containers/library/lab/hello:stable")
	b.says("h1", "hello:stable")
}

// searchAsYouType types into the masthead's box, on a page that shows what is found below
// it and on the page of searches, which shows it in place.
func searchAsYouType(t *testing.T, p *program) {
	b := p.person(t, "ada", doortest.Password)
	b.open("/account")
	b.fill("q", "hel")
	b.waitFor("#suggestions a[href$='/lab/hello']")
	b.see("search-suggestions")
	b.do(chromedp.KeyEvent(kb.Escape))
	if !evaluate[bool](b, "document.querySelector('#suggestions').hidden && document.activeElement.id === 'q' && document.activeElement.value === 'hel'") {
		t.Error("Escape does not close what was found, or the focus or the word is lost")
	}
	b.fill("q", "lo")
	b.waitFor("#suggestions a[href$='/lab/hello']")
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	if got := evaluate[string](b, "document.activeElement.id"); got != "q" {
		t.Errorf("the arrows lead away from the box and back to %q", got)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	b.waitFor("#tags")
	b.says("h1", "hello")

	b.open("/search")
	b.fill("q", "no such thing")
	b.waitFor("#results .empty")
	b.see("search-nothing")
	evaluate[any](b, "document.querySelector('#q').select()")
	b.fill("q", "hello")
	b.waitFor("#results a[href$='/lab/hello']")
	if got := evaluate[string](b, "new URLSearchParams(location.search).get('q')"); got != "hello" {
		t.Errorf("the address of what was found is for %q", got)
	}
}

// darkMode fails the test unless the page is as dark or as light as the system asks for.
func darkMode(t *testing.T, p *program) {
	b := startChromium(t, p.url)
	b.open("/")
	for _, l := range looks {
		b.look(l)
		// The mean of red, green and blue, of 255.
		const bright = `(getComputedStyle(%s).%s.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3)`
		paper := evaluate[float64](b, fmt.Sprintf(bright, "document.body", "backgroundColor"))
		ink := evaluate[float64](b, fmt.Sprintf(bright, "document.body", "color"))
		if dark := l.scheme == "dark"; dark != (paper < 60) || dark != (ink > 195) {
			t.Errorf("%s: the paper's brightness is %.0f, the ink's %.0f", l.name, paper, ink)
		}
	}
}

// tokenRevoked takes the token back in the browser; the client is refused then.
func tokenRevoked(t *testing.T, p *program, token string) {
	b := p.person(t, "ada", doortest.Password)
	b.open("/account/tokens")
	if got := evaluate[string](b, "document.querySelector('.card').innerText"); !bytes.Contains([]byte(got), []byte("laptop")) {
		t.Errorf("the tokens are %q", got)
	}
	b.press("button[aria-label='Revoke laptop']", ".notice.good")
	const notLoggedIn = 12
	if status, out := p.run(t, token, "pull", "--quiet", "--name", filepath.Join(t.TempDir(), "x.sif"), "lab/hello:1.0"); status != notLoggedIn {
		t.Errorf("the client ends with %d: %s", status, out)
	}
}
