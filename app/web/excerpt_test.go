package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"sregistry/app/sif/siftest"
)

// numbered is a text of so many lines.
func numbered(lines int, word string) string {
	var b strings.Builder
	for n := range lines {
		fmt.Fprintf(&b, "%s %d\n", word, n)
	}
	return b.String()
}

// A page shows the beginning of what is long, says so, and leads to all of it.
func TestLongTextsAreShownInPart(t *testing.T) {
	t.Parallel()
	s := newFixture(t, "")
	alice := s.User(t, "alice")
	one, two := numbered(20_000, "one"), numbered(20_000, "two")
	labels := map[string]string{}
	for n := range 400 {
		labels[fmt.Sprintf("label%03d", n)] = strings.Repeat("v", 300)
	}
	s.Push(t, alice, "lab/long", "one", siftest.Options{Definition: one, Labels: labels, Files: map[string]string{
		"/.singularity.d/runscript": numbered(10_000, "run"), "/.singularity.d/env/90-environment.sh": numbered(10_000, "export")}})
	s.Push(t, alice, "lab/long", "two", siftest.Options{Definition: two})
	s.Publish(t, alice, "lab")
	address := "/containers/library/lab/long:one"
	page := s.Do(t, "GET", address, nil)
	if page.Status != 200 || len(page.Body) > 600<<10 || !strings.Contains(page.Body, "one 0\n") || strings.Contains(page.Body, "one 5000\n") {
		t.Errorf("%d, %d bytes", page.Status, len(page.Body))
	}
	for part, want := range map[string]string{"definition": one, "runscript": numbered(10_000, "run"), "environment": numbered(10_000, "export")} {
		link := address + "?" + url.Values{"part": {part}, "view": {"text"}}.Encode()
		if !strings.Contains(page.Body, strings.ReplaceAll(link, "&", "&amp;")) {
			t.Errorf("no link to %s", link)
		}
		a := s.Do(t, "GET", link, nil)
		if a.Status != 200 || !strings.Contains(a.Body, want) || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment; filename=long_one.sif."+part) ||
			!strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d, %d bytes, %v", part, a.Status, len(a.Body), a.Header)
		}
	}
	var report struct{ Labels map[string]string }
	a := s.Do(t, "GET", address+"?view=report", nil)
	if err := json.Unmarshal([]byte(a.Body), &report); err != nil || len(report.Labels) != 400 {
		t.Errorf("the report: %d, %d labels, %v", a.Status, len(report.Labels), err)
	}
	if strings.Contains(page.Body, "label399") || !strings.Contains(page.Body, "view=report") {
		t.Error("all labels are on the page, or nothing says that they are not")
	}
	compared := s.Do(t, "GET", address+"?view=compare&with=two", nil)
	if compared.Status != 200 || len(compared.Body) > 1<<20 || !strings.Contains(compared.Body, "Only the beginning") ||
		!strings.Contains(compared.Body, "long:two?part=definition&amp;view=text") {
		t.Errorf("the comparison: %d, %d bytes", compared.Status, len(compared.Body))
	}
	short := s.Do(t, "GET", "/containers/library/lab/long:two", nil)
	if !strings.Contains(short.Body, "view=text") || strings.Contains(short.Body, "view=report") {
		t.Error("a page leads to what it shows, or not to what it does not show")
	}
	for path, status := range map[string]int{"?view=text&part=help": 404, "?view=text&part=x": 404, "?view=text": 404, "?view=manifest": 200} {
		if a := s.Do(t, "GET", address+path, nil); a.Status != status {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for _, view := range []string{"text&part=definition", "report", "manifest"} { // hidden as the page is
		s.Push(t, alice, "secret/long", "one", siftest.Options{Definition: one})
		there, none := s.Do(t, "GET", "/containers/library/secret/long:one?view="+view, nil), s.Do(t, "GET", "/containers/library/nowhere/long:one?view="+view, nil)
		if there.Status != none.Status || there.Status == 200 {
			t.Errorf("%s of what is hidden: %d, of nothing %d", view, there.Status, none.Status)
		}
	}
}
