package templates_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"sregistry/static"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// hashed finds the content hash in a static address; goldens leave it out, so that a
// change of style is not a change of every page.
var hashed = regexp.MustCompile(`/static/[0-9a-f]{16}/`)

func render(t *testing.T, s story) []byte {
	t.Helper()
	var page bytes.Buffer
	if err := s.page.Render(t.Context(), &page); err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return page.Bytes()
}

func TestPagesAreAsReviewed(t *testing.T) {
	t.Parallel()
	known := make(map[string]bool)
	for _, s := range stories() {
		file := filepath.Join("testdata", "pages", s.name+".html")
		if known[file] {
			t.Errorf("two stories have the name %s", s.name)
		}
		known[file] = true
		got := hashed.ReplaceAll(render(t, s), []byte("/static/HASH/"))
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v; go test ./templates -update writes it", err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not as reviewed; look, then go test ./templates -update (-want +got):\n%s", s.name, diff)
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "pages", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !known[file] {
			t.Errorf("%s belongs to no story; remove it", file)
		}
	}
}

func TestPagesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(render(t, s)))
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults(doc) {
				t.Error(fault)
			}
		})
	}
}

func TestTokenIsShownWhole(t *testing.T) {
	t.Parallel()
	if len(secret) < 200 {
		t.Fatalf("the sample has %d characters; Apptainer's token files need 200", len(secret))
	}
	for _, s := range stories() {
		if s.name != "token-created" {
			continue
		}
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(render(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("textarea#secret[readonly]").Text(); got != secret {
			t.Errorf("the field holds %q", got)
		}
		want := "{\n    \"registry\": {\n        \"token\": \"" + secret +
			"\",\n        \"username\": \"alice\",\n        \"base\": \"https://hub.example.org\"\n    }\n}"
		if diff := cmp.Diff(want, doc.Find("pre#set-python").Text()); diff != "" {
			t.Errorf("~/.sregistry (-want +got):\n%s", diff)
		}
	}
}

// The first page of a newcomer must be light: with its style, script and picture, as
// they go over the line.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()
	const limit = 15 << 10
	total := 0
	for _, name := range []string{"css/app.css", "js/copy.js", "img/icon.svg"} {
		total += len(fetch(t, static.URL(name)))
	}
	for _, s := range stories() {
		if s.name == "home-anonymous" {
			total += len(packed(t, render(t, s)))
		}
	}
	t.Logf("%d bytes compressed", total)
	if total > limit {
		t.Errorf("the first page takes %d bytes, more than %d", total, limit)
	}
}

// Every reference of a page into package static must be one that its handler answers.
func TestStaticAddressesAreServed(t *testing.T) {
	t.Parallel()
	for _, s := range stories() {
		for _, address := range regexp.MustCompile(`/static/[^"]+`).FindAllString(string(render(t, s)), -1) {
			if len(fetch(t, address)) == 0 {
				t.Errorf("%s: %s is empty", s.name, address)
			}
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, s := range stories() {
		page := string(render(t, s))
		seen += strings.Count(page, "alert(")
		if strings.Contains(page, "<script>") || strings.Contains(page, "<img src=x") {
			t.Errorf("%s: text of the outside became markup", s.name)
		}
	}
	if seen == 0 {
		t.Error("no story shows hostile text")
	}
}
