package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sregistry/static"
)

// hashed finds the addresses of static files in the golden pages, which leave their hashes
// out.
var hashed = regexp.MustCompile(`/static/HASH/([^"]+)`)

// TestBrowserStories looks at every page of the storybook, in every state that it tells of:
// none may be wider than the window, be the names on it as long as they can be.
func TestBrowserStories(t *testing.T) {
	if !*inBrowser {
		return
	}
	const folder = "../../templates/testdata/pages"
	pages := http.NewServeMux()
	pages.Handle("/static/", static.Handler())
	pages.HandleFunc("/story/{name}", func(w http.ResponseWriter, r *http.Request) {
		text, err := os.ReadFile(filepath.Join(folder, filepath.Base(r.PathValue("name"))+".html"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, hashed.ReplaceAllStringFunc(string(text), func(address string) string { // a browser that has gone needs no answer
			return static.URL(hashed.FindStringSubmatch(address)[1])
		}))
	})
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	files, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no stories: %v", err)
	}
	const together = 30 // of the stories, by one browser
	for some := range slices.Chunk(files, together) {
		t.Run("from "+storyOf(some[0]), func(t *testing.T) {
			b := startChromium(t, server.URL)
			for _, file := range some {
				t.Run(storyOf(file), func(t *testing.T) {
					defer func(whole *testing.T) { b.t = whole }(b.t)
					b.t = t
					b.open("/story/" + storyOf(file))
					b.see("story-" + storyOf(file))
				})
			}
		})
	}
}

// storyOf is the name of the story in a golden page.
func storyOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".html") }
