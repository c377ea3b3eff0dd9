package web_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var (
	inBrowser   = flag.Bool("browser", false, "run the tests that need Chromium, and fail if there is none")
	screenshots = flag.String("screenshots", "", "with -browser: a folder to put pictures of all pages into, for looking at them")
)

// maxJourney bounds one journey, so that a page that never comes fails the test. The longest
// looks at some thirty pages, each in four ways.
const maxJourney = 8 * time.Minute

// chromium is a tab of a real browser, of its own profile.
type chromium struct {
	t   *testing.T
	ctx context.Context
	url string

	mu    sync.Mutex
	heard []string // what its console said
}

// startChromium opens a browser at a site. What the console says in all the time, such as
// a violation of the Content-Security-Policy, fails the test at its end.
func startChromium(t *testing.T, url string) *chromium {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	limited, stop := context.WithTimeout(t.Context(), maxJourney)
	t.Cleanup(stop)
	allocator, stop := chromedp.NewExecAllocator(limited, options...)
	t.Cleanup(stop)
	tab, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	b := &chromium{t: t, ctx: tab, url: url}
	if err := chromedp.Listen(tab, b.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.wasQuiet)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		allow := cdpbrowser.SetPermissionParams{Permission: &cdpbrowser.PermissionDescriptor{Name: name},
			Setting: cdpbrowser.PermissionSettingGranted, Origin: url}
		if _, err := chromedp.CallBrowser(tab, cdpbrowser.SetPermission, allow); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// hear notes what goes wrong in a page. That an answer has an error's status is not told:
// the tests know it.
func (b *chromium) hear(event any) {
	var said string
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		if e.Entry.Source == cdplog.EntrySourceNetwork {
			return
		}
		said = fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text)
	case *cdpruntime.EventExceptionThrown:
		said = e.ExceptionDetails.Text
	case *cdpruntime.EventConsoleAPICalled:
		said = fmt.Sprintf("%s: %v", e.Type, e.Args)
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, said)
}

func (b *chromium) wasQuiet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, said := range b.heard {
		b.t.Errorf("the console said: %s", said)
	}
}

func (b *chromium) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to a path of the site.
func (b *chromium) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
}

// fill types into the fields of a page; the words are ids and values in turn.
func (b *chromium) fill(words ...string) {
	b.t.Helper()
	for i := 0; i < len(words); i += 2 {
		b.do(chromedp.SendKeys(chromedp.CSS("#"+words[i]), words[i+1]))
	}
}

// press clicks an element, and waits for another to be seen: on the next page, mostly.
func (b *chromium) press(selector, then string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)), chromedp.WaitVisible(chromedp.CSS(then)))
}

// evaluate gives what a script comes to, in the page.
func evaluate[T any](b *chromium, script string) T {
	b.t.Helper()
	result, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return result
}

// says fails the test unless an element's text is as it should be.
func (b *chromium) says(selector, want string) {
	b.t.Helper()
	if got := evaluate[string](b, fmt.Sprintf("document.querySelector(%q)?.innerText ?? 'nothing'", selector)); got != want {
		b.t.Errorf("%s says %q, want %q", selector, got, want)
	}
}

// copies clicks the button that copies an element, and gives what is in the clipboard then.
func (b *chromium) copies(id string) string {
	b.t.Helper()
	button := fmt.Sprintf("button[data-copy=%s]", id)
	b.do(chromedp.Click(chromedp.CSS(button)))
	said := fmt.Sprintf("document.querySelector(%q).textContent !== 'Copy'", button)
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](said, chromedp.WithPollingMutation())); err != nil {
		b.t.Fatalf("%s: %v", button, err)
	}
	b.says(button, "Copied")
	return evaluate[string](b, "navigator.clipboard.readText()")
}

// look is one way to see a page.
type look struct {
	name          string
	width, height int64
	scheme        string
}

var looks = []look{{"light", 1200, 800, "light"}, {"dark", 1200, 800, "dark"}, {"narrow", 390, 844, "light"}, {"narrow-dark", 390, 844, "dark"}}

// see looks at the present page in every way. No page may be wider than the window, and
// axe-core may find nothing in it. If pictures were asked for, they are made.
func (b *chromium) see(name string) {
	b.t.Helper()
	for _, l := range looks {
		b.look(l)
		if wide := evaluate[int64](b, "document.documentElement.scrollWidth"); wide > l.width {
			b.t.Errorf("%s: %d pixels wide in a window of %d", name, wide, l.width)
		}
		b.examine(name + "-" + l.name)
		if *screenshots == "" {
			continue
		}
		picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*screenshots, name+"-"+l.name+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

// look sets the window and the colour scheme.
func (b *chromium) look(l look) {
	b.t.Helper()
	window := emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 500}
	if _, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, window); err != nil {
		b.t.Fatal(err)
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // or the picture shows colours on their way
	}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}
