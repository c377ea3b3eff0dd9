package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sregistry/app/doortest"
)

// stop is where the focus is.
type stop struct {
	Words string // what the element is called
	Seen  bool   // the focus is drawn around it, in the window
	After bool   // it comes in the page after the last stop that was asked for
}

// focused tells where the focus is, and remembers it in the page.
const focused = `(() => {
	const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
	const inside = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
	const drawn = e.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
	const after = !window.lastStop || Boolean(window.lastStop.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING);
	window.lastStop = e;
	const words = e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent;
	return {Words: words.trim().replace(/\s+/g, " "), Seen: drawn && inside, After: after};
})()`

// mostStops is more stops than any page of the journey has.
const mostStops = 60

// tabTo presses Tab until the focus is on an element that is called so. At every stop the
// focus must be seen, and the stops must follow each other as in the page.
func (b *chromium) tabTo(words string) {
	b.t.Helper()
	var passed []string
	for range mostStops {
		b.do(chromedp.KeyEvent(kb.Tab))
		s := evaluate[stop](b, focused)
		if !s.Seen {
			b.t.Errorf("the focus cannot be seen on %q, after %q", s.Words, passed)
		}
		if !s.After {
			b.t.Errorf("%q comes before what had the focus, after %q", s.Words, passed)
		}
		if s.Words == words {
			return
		}
		passed = append(passed, s.Words)
	}
	b.t.Fatalf("Tab does not lead to %q, but to %q", words, passed)
}

// strike presses keys, and waits for an element to be seen.
func (b *chromium) strike(keys, then string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys), chromedp.WaitVisible(chromedp.CSS(then)))
}

// byKeyboard goes from the front page to an image's command and out again, without a
// pointer.
func byKeyboard(t *testing.T, p *program) {
	b := startChromium(t, p.url)
	b.open("/")
	b.look(looks[0])
	b.tabTo("Skip to content")
	b.do(chromedp.KeyEvent(kb.Enter))
	if got := evaluate[string](b, "document.activeElement.id"); got != "main" {
		t.Errorf("the skip link leads to %q", got)
	}
	b.open("/")
	b.tabTo("Sign in")
	b.strike(kb.Enter, "#password")
	b.do(chromedp.KeyEvent("ada")) // the page has set the focus into the first field
	b.tabTo("Password")
	b.do(chromedp.KeyEvent(doortest.Password))
	b.strike(kb.Enter, ".masthead .who")

	b.tabTo("Search")
	b.do(chromedp.KeyEvent("hello"))
	b.waitFor("#suggestions a[href$='/lab/hello']")
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	if s := evaluate[stop](b, focused); s.Words != "lab/hello" || !s.Seen {
		t.Errorf("the arrow leads to %+v", s)
	}
	b.strike(kb.Enter, "#tags")
	b.tabTo("Skip to content")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.tabTo("1.0")
	b.strike(kb.Enter, "#digest")
	b.tabTo("Copy: sregistry")
	b.do(chromedp.KeyEvent(" "))
	b.waitForText("button[data-copy=pull-1]", "Copied")
	if got := evaluate[string](b, "navigator.clipboard.readText()"); got != "sregistry pull lab/hello:1.0" {
		t.Errorf("copied %q", got)
	}
	b.open("/")
	b.tabTo("Sign out")
	b.strike(" ", ".masthead a[href^='/sign-in']")
}

// waitForText waits until an element says something.
func (b *chromium) waitForText(selector, words string) {
	b.t.Helper()
	said := fmt.Sprintf("document.querySelector(%q).textContent === %q", selector, words)
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](said, chromedp.WithPollingMutation())); err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
}
