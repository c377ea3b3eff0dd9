package httpx_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
)

// file makes a file of a size and gives its path and content.
func file(t testing.TB, size int) (string, []byte) {
	t.Helper()
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * i >> 8)
	}
	path := filepath.Join(t.TempDir(), "blob")
	if err := os.WriteFile(path, content, 0o444); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// blobRoutes serve a file.
func blobRoutes(path string) []httpx.Route {
	serve := func(c echo.Context) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return httpx.ServeBlob(c, f, httpx.Blob{Digest: "sha256:abc", Type: "application/vnd.sylabs.sif.layer.v1.sif", Name: "hello_latest.sif"})
	}
	return []httpx.Route{{Method: "GET", Path: "/x", Action: "test", Handler: serve}, {Method: "HEAD", Path: "/x", Action: "test", Handler: serve}}
}

func TestServeBlobAnswersAllThatHTTPAsks(t *testing.T) {
	t.Parallel()
	path, content := file(t, 10_000)
	e, log := router(t, blobRoutes(path))
	for _, c := range []struct {
		method, header, value string
		status                int
		body                  []byte
		length                int64
	}{
		{"GET", "X-Nothing", "", 200, content, 10_000},
		{"HEAD", "X-Nothing", "", 200, nil, 10_000},
		{"GET", "Range", "bytes=0-99", 206, content[:100], 100},
		{"GET", "Range", "bytes=9000-", 206, content[9000:], 1000},
		{"GET", "Range", "bytes=-10", 206, content[9990:], 10},
		{"HEAD", "Range", "bytes=0-99", 206, nil, 100},
		{"GET", "If-None-Match", `"sha256:abc"`, 304, nil, -1},
		{"GET", "If-None-Match", `"sha256:other"`, 200, content, 10_000},
		{"GET", "If-Match", `"sha256:other"`, 412, nil, -1},
	} {
		r := httptest.NewRequest(c.method, "/x", nil)
		r.Header.Set(c.header, c.value)
		w := ask(e, r)
		if w.Code != c.status || !bytes.Equal(w.Body.Bytes(), c.body) {
			t.Errorf("%s %s %s: %d with %d bytes", c.method, c.header, c.value, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Length"); c.length >= 0 && got != fmt.Sprint(c.length) {
			t.Errorf("%s %s: Content-Length %s", c.method, c.value, got)
		}
		line := log.last(t)
		if int(line["status"].(float64)) != c.status || int(line["bytes"].(float64)) != len(c.body) {
			t.Errorf("%s %s: logged %v", c.method, c.value, line)
		}
	}
	for _, value := range []string{"bytes=10000-", "bytes=-0", "bytes=-0, -00", "bytes=20000-30000", "bytes=nonsense"} {
		r := httptest.NewRequest("GET", "/x", nil)
		r.Header.Set("Range", value)
		w := ask(e, r) // is answered in the form of the door
		if w.Code != 416 || !strings.Contains(w.Body.String(), "The file has 10000 bytes") || w.Header().Get("Content-Disposition") != "" || w.Header().Get("ETag") != "" {
			t.Errorf("%s: %d %s, %v", value, w.Code, w.Body, w.Header())
		}
	}
	r := httptest.NewRequest("GET", "/x", nil)
	r.Header.Set("Range", "bytes=1-2")
	r.Header.Set("If-Range", `"sha256:other"`)
	w := ask(e, r)
	if w.Code != 200 || w.Body.Len() != 10_000 {
		t.Errorf("a part of what has changed: %d with %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{"ETag": `"sha256:abc"`, "Content-Type": "application/vnd.sylabs.sif.layer.v1.sif",
		"Content-Disposition": "attachment; filename=hello_latest.sif", "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// kernel stands for net/http's ResponseWriter and notes whether a file reaches it bare,
// as the kernel's copying needs it.
type kernel struct {
	*httptest.ResponseRecorder
	source io.Reader
}

func (k *kernel) ReadFrom(r io.Reader) (int64, error) {
	k.source = r
	return io.Copy(k.ResponseRecorder, r)
}

func TestFileReachesTheConnectionBare(t *testing.T) {
	t.Parallel()
	path, content := file(t, 10_000)
	e, _ := router(t, blobRoutes(path))
	k := &kernel{ResponseRecorder: httptest.NewRecorder()}
	e.ServeHTTP(k, httptest.NewRequest("GET", "/x", nil))
	limited, ok := k.source.(*io.LimitedReader)
	if !ok {
		t.Fatalf("the connection reads from a %T", k.source)
	}
	if _, ok := limited.R.(*os.File); !ok {
		t.Errorf("the connection reads from a %T", limited.R)
	}
	if !bytes.Equal(k.Body.Bytes(), content) {
		t.Error("other bytes came")
	}
}

func TestDownloadThatBreaksOffIsNotASuccess(t *testing.T) {
	t.Parallel()
	path, _ := file(t, 8<<20)
	e, log := router(t, blobRoutes(path))
	s := httptest.NewServer(e)
	response, err := http.Get(s.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close() // and with it the connection, as there is more to come
	s.Close()             // waits for the handler
	if line := log.last(t); int(line["status"].(float64)) != httpx.StatusCanceled || line["level"] != "INFO" {
		t.Errorf("logged %v", line)
	}
}

func TestFileThatShrinksIsOurFailure(t *testing.T) {
	t.Parallel()
	path, _ := file(t, 8<<20)
	e, log := router(t, get("/x", func(c echo.Context) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		c.SetResponse(echo.NewResponse(&shrinking{c.Response().Writer, path, t}, c.Echo()))
		return httpx.ServeBlob(c, f, httpx.Blob{Digest: "sha256:abc", Type: "x/y"})
	}))
	s := httptest.NewServer(e)
	if response, err := http.Get(s.URL + "/x"); err == nil {
		if _, err := io.Copy(io.Discard, response.Body); err == nil {
			t.Error("the caller takes it for whole")
		}
		response.Body.Close()
	}
	s.Close()
	if line := log.last(t); line["level"] != "ERROR" {
		t.Errorf("logged %v", line)
	}
}

// shrinking cuts the file when its answer begins.
type shrinking struct {
	http.ResponseWriter
	path string
	t    *testing.T
}

func (s *shrinking) WriteHeader(status int) {
	if err := os.Truncate(s.path, 1000); err != nil {
		s.t.Error(err)
	}
	s.ResponseWriter.WriteHeader(status)
}

func TestDownloadCountsWithItsLastByteOnly(t *testing.T) {
	t.Parallel()
	path, _ := file(t, 10_000)
	whole, parts := 0, 0
	e, _ := router(t, []httpx.Route{{Method: "GET", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return httpx.ServeBlob(c, f, httpx.Blob{Digest: "sha256:abc", Type: "x/y", Whole: func() { whole++ }, Part: func() { parts++ }})
	}}})
	for _, c := range []struct {
		header, value string
		whole, parts  int
	}{
		{"X-Nothing", "", 1, 0},
		{"Range", "bytes=0-", 1, 0},
		{"Range", "bytes=0-9998", 0, 0},
		{"Range", "bytes=5000-", 0, 1},
		{"Range", "bytes=5000-9999", 0, 1},
		{"Range", "bytes=0-1,5-9", 0, 0},
		{"Range", "bytes=10000-", 0, 0},
		{"Range", "bytes=-0", 0, 0}, // which net/http answers by a part of nothing
		{"If-None-Match", `"sha256:abc"`, 0, 0},
	} {
		whole, parts = 0, 0
		r := httptest.NewRequest("GET", "/x", nil)
		r.Header.Set(c.header, c.value)
		if ask(e, r); whole != c.whole || parts != c.parts {
			t.Errorf("%s %s counted as %d whole and %d partial downloads, want %d and %d", c.header, c.value, whole, parts, c.whole, c.parts)
		}
	}
}
