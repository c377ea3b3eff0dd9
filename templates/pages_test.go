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
			for _, fault := range faults(parse(t, string(render(t, s)))) {
				t.Error(fault)
			}
		})
	}
}

// named parses the page of one story.
func named(t *testing.T, name string) *goquery.Document {
	t.Helper()
	for _, s := range stories() {
		if s.name == name {
			return parse(t, string(render(t, s)))
		}
	}
	t.Fatalf("there is no story %s", name)
	return nil
}

func TestTokenIsShownWhole(t *testing.T) {
	t.Parallel()
	if len(secret) < 200 {
		t.Fatalf("the sample has %d characters; Apptainer's token files need 200", len(secret))
	}
	if got := named(t, "token-created").Find("textarea#secret[readonly]").Text(); got != secret {
		t.Errorf("the field holds %q", got)
	}
}

func TestSettingsAreCopiedToTheLetter(t *testing.T) {
	t.Parallel()
	file := func(base string) string {
		return "{\n    \"registry\": {\n        \"token\": \"" + secret + "\",\n        \"username\": \"alice\",\n        \"base\": \"" + base + "\"\n    }\n}"
	}
	for story, want := range map[string]map[string]string{
		"token-created": {
			"set-own":     "sregistry login https://hub.example.org --token-stdin < token.txt",
			"set-python":  file("https://hub.example.org"),
			"set-library": "apptainer remote add --no-login sregistry https://hub.example.org\napptainer remote login --tokenfile token.txt sregistry",
			"set-oras":    "apptainer registry login --username alice oras://hub.example.org",
			"set-docker":  "docker login hub.example.org -u alice",
		},
		"token-created-plain": {
			"set-library": "apptainer remote add --no-login --insecure sregistry http://hub.example.org\napptainer remote login --tokenfile token.txt sregistry",
		},
		"token-created-port": {
			"set-python":  file("http://127.0.0.1:8080"),
			"set-library": "", // Apptainer's remotes cannot have a port
			"set-oras":    "apptainer registry login --username alice oras://127.0.0.1:8080",
		},
		"image": {"pull-3": "apptainer pull oras://hub.example.org/lab/hello:latest"},
	} {
		doc := named(t, story)
		for id, text := range want {
			if diff := cmp.Diff(text, doc.Find("#"+id).Text()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", story, id, diff)
			}
		}
	}
}

// The first page of a newcomer must be light: with its style, script and picture, as
// they go over the line.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()
	const limit = 40 << 10
	total := 0
	for _, name := range []string{static.Sheet, "js/copy.js", "img/icon.svg"} {
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
