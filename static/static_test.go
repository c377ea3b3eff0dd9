package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sregistry/static"
)

// get asks the handler for a path; encoding is Accept-Encoding.
func get(t *testing.T, method, path, encoding string, more ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAddressHoldsHashAndServesTheFile(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^/static/[0-9a-f]{16}/`)
	for name, contentType := range map[string]string{
		"js/copy.js":   "text/javascript; charset=utf-8",
		"img/icon.svg": "image/svg+xml",
	} {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		url := static.URL(name)
		if !shape.MatchString(url) || !strings.HasSuffix(url, "/"+name) {
			t.Errorf("URL(%q) = %q", name, url)
		}
		res := get(t, "GET", url, "")
		if got := body(t, res.Body); res.StatusCode != 200 || got != string(want) {
			t.Errorf("%s: status %d, %d bytes; want 200, %d bytes", name, res.StatusCode, len(got), len(want))
		}
		if got := res.Header.Get("Content-Type"); got != contentType {
			t.Errorf("%s: Content-Type %q, want %q", name, got, contentType)
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
}

func TestCompressesForThoseWhoAccept(t *testing.T) {
	t.Parallel()
	url := static.URL(static.Sheet)
	for accept, packed := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "*": true, "GZIP": true,
		"": false, "br": false, "gzip;q=0": false, "*, gzip; q=0": false, "gzip;q=x": false,
	} {
		res := get(t, "GET", url, accept)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("Accept-Encoding %q: compressed %v, want %v", accept, got, packed)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: no Vary", accept)
		}
	}
	unpacked, err := gzip.NewReader(get(t, "GET", url, "gzip").Body)
	if err != nil {
		t.Fatal(err)
	}
	if body(t, unpacked) != body(t, get(t, "GET", url, "").Body) {
		t.Error("the compressed file is another than the plain one")
	}
}

func TestKnownFileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	url := static.URL(static.Sheet)
	plain := get(t, "GET", url, "").Header.Get("ETag")
	packed := get(t, "GET", url, "gzip").Header.Get("ETag")
	if plain == "" || plain == packed {
		t.Fatalf("ETags %q and %q", plain, packed)
	}
	if res := get(t, "GET", url, "gzip", "If-None-Match", packed); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d, want 304", res.StatusCode)
	}
	if res := get(t, "GET", url, "gzip", "If-None-Match", plain); res.StatusCode != http.StatusOK {
		t.Errorf("status %d for the other coding's ETag, want 200", res.StatusCode)
	}
}

func TestOtherAddressesAreNotFound(t *testing.T) {
	t.Parallel()
	good := static.URL(static.Sheet)
	for _, path := range []string{
		"/static/", "/static/css/app.css", "/static/0123456789abcdef/css/app.css",
		strings.TrimSuffix(good, "/css/app.css") + "/js/copy.js", good + "/", strings.TrimSuffix(good, "app.css"),
	} {
		res := get(t, "GET", path, "gzip")
		if res.StatusCode != http.StatusNotFound || res.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: status %d, Cache-Control %q; want 404 and none", path, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
}

func TestOnlyReads(t *testing.T) {
	t.Parallel()
	url := static.URL("js/copy.js")
	if res := get(t, "HEAD", url, ""); res.StatusCode != 200 || body(t, res.Body) != "" {
		t.Errorf("HEAD: status %d", res.StatusCode)
	}
	if res := get(t, "POST", url, ""); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", res.StatusCode, res.Header.Get("Allow"))
	}
}

func TestUnknownNamePanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("URL of a file that does not exist gave an answer")
		}
	}()
	static.URL("css/none.css")
}

func TestStyleSheetIsAllOfItsFilesInOrder(t *testing.T) {
	t.Parallel()
	res := get(t, "GET", static.URL(static.Sheet), "")
	if got := res.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	style := body(t, res.Body)
	parts, err := filepath.Glob("css/*.css")
	if err != nil || len(parts) == 0 {
		t.Fatal(parts, err)
	}
	for _, name := range parts {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(style, string(part)) {
			t.Errorf("%s is not in the style sheet", name)
		}
	}
	if !strings.HasPrefix(style, "/* Tokens") {
		t.Error("the tokens do not come first")
	}
}
