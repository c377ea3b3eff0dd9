package templates_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"sregistry/static"
)

// faults checks a page against the rules of the house, and names what breaks them.
func faults(doc *goquery.Document) []string {
	var found []string
	fault := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }

	if doc.Find("html").AttrOr("lang", "") == "" {
		fault("html has no lang")
	}
	if n := doc.Find("h1").Length(); n != 1 {
		fault("%d h1, want 1", n)
	}
	if strings.TrimSpace(doc.Find("title").Text()) == "" {
		fault("no title")
	}
	for _, landmark := range []string{"header", "nav[aria-label]", "main", "footer"} {
		if doc.Find(landmark).Length() == 0 {
			fault("no %s", landmark)
		}
	}
	ids := uniqueIDs(doc, fault)
	references(doc, ids, fault)
	labels(doc, fault)
	headings(doc, fault)
	policy(doc, fault)
	forms(doc, fault)
	return found
}

type report func(format string, args ...any)

func uniqueIDs(doc *goquery.Document, fault report) map[string]bool {
	ids := make(map[string]bool)
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			fault("the id %q is there twice", id)
		}
		ids[id] = true
	})
	return ids
}

// references checks that attributes which point into the page meet something there.
func references(doc *goquery.Document, ids map[string]bool, fault report) {
	for _, attribute := range []string{"for", "aria-labelledby", "aria-describedby", "data-copy"} {
		doc.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attribute, "")) {
				if !ids[id] {
					fault("%s=%q points nowhere", attribute, id)
				}
			}
		})
	}
}

// labels checks that whatever is filled in or pressed has a name to be read out.
func labels(doc *goquery.Document, fault report) {
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if strings.TrimSpace(doc.Find(`label[for="`+id+`"]`).Text()) == "" {
			fault("the field %q has no label", id)
		}
	})
	doc.Find("button, a").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
			fault("a button or link has no name")
		}
	})
	doc.Find("img:not([alt])").Each(func(_ int, s *goquery.Selection) { fault("a picture has no alt") })
	doc.Find("table").Each(func(_ int, s *goquery.Selection) {
		if s.Find("th:not([scope])").Length() > 0 {
			fault("a table's th has no scope")
		}
	})
}

// headings checks that no level is skipped.
func headings(doc *goquery.Document, fault report) {
	last := 0
	doc.Find("h1, h2, h3, h4").Each(func(_ int, s *goquery.Selection) {
		level := int(goquery.NodeName(s)[1] - '0')
		if level > last+1 {
			fault("an h%d follows an h%d: %q", level, last, s.Text())
		}
		last = level
	})
}

// policy checks what the Content-Security-Policy would refuse, and that no other host is
// asked for anything. A link that somebody wrote may lead elsewhere, if it says that it is
// not ours.
func policy(doc *goquery.Document, fault report) {
	doc.Find("style, script:not([src]), [style], base, iframe, object").Each(func(_ int, s *goquery.Selection) {
		fault("inline style or script, or foreign matter: <%s>", goquery.NodeName(s))
	})
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, attribute := range s.Get(0).Attr {
			switch {
			case strings.HasPrefix(attribute.Key, "on"):
				fault("<%s %s>", goquery.NodeName(s), attribute.Key)
			case attribute.Key != "href" && attribute.Key != "src" && attribute.Key != "action":
			case attribute.Key == "href" && s.Is(`.prose a[rel~="nofollow"]`):
			case !local(attribute.Val):
				fault("%s=%q leads to another host", attribute.Key, attribute.Val)
			}
		}
	})
}

func local(address string) bool {
	return strings.HasPrefix(address, "#") || strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//")
}

// forms checks that every form is a POST, unless it searches, and that buttons outside of
// forms send none.
func forms(doc *goquery.Document, fault report) {
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if method := s.AttrOr("method", ""); method != "post" && !(method == "get" && s.AttrOr("role", "") == "search") || !local(s.AttrOr("action", "")) {
			fault("the form %q is not a POST with an action", s.AttrOr("action", ""))
		}
		if s.Find("button:not([type=button])").Length() == 0 {
			fault("the form %q has no button", s.AttrOr("action", ""))
		}
	})
	doc.Find("button").Each(func(_ int, s *goquery.Selection) {
		owned := s.Closest("form").Length() > 0 || doc.Find("form#"+s.AttrOr("form", "none")).Length() > 0
		if !owned && s.AttrOr("type", "") != "button" {
			fault("the button %q does nothing", s.Text())
		}
	})
}

// A check that never finds anything is no check: each fault below must be found.
func TestRulesFindFaults(t *testing.T) {
	t.Parallel()
	const frame = `<html lang="en"><title>t</title><header></header><nav aria-label="n"></nav><main><h1>h</h1>%s</main><footer></footer></html>`
	for _, fragment := range []string{
		`<h1>h</h1>`, `<h3>h</h3>`, `<input name="a">`, `<label for="b">l</label>`, `<p style="a:b">`, `<p onclick="a()">`,
		`<script>a()</script>`, `<style>a{}</style>`, `<img src="https://example.org/a.png" alt="">`, `<a href="//example.org">x</a>`,
		`<form action="/a"><button>b</button></form>`, `<form method="get" action="/a"><button>b</button></form>`,
		`<form method="post" action="/a"></form>`, `<button>b</button>`, `<p id="a"></p><p id="a"></p>`, `<a href="/"></a>`,
		`<img src="/a.png">`, `<table><tr><th>a</th></tr></table>`, `<p aria-describedby="none">`,
	} {
		if got := faults(parse(t, fmt.Sprintf(frame, fragment))); len(got) == 0 {
			t.Errorf("nothing is found wrong with %s", fragment)
		}
	}
	if got := faults(parse(t, fmt.Sprintf(frame, `<form method="post" action="/a"><label for="b">b</label><input id="b"><button>b</button></form>`))); got != nil {
		t.Errorf("a good page is found wrong: %q", got)
	}
}

func parse(t *testing.T, page string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// fetch gets a static file as it goes over the line.
func fetch(t *testing.T, address string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", address, w.Code)
	}
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func packed(t *testing.T, page []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(page); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
