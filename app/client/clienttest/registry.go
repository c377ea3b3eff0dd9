// Package clienttest is a registry in memory for tests of the client and of the command
// line: enough of our own interface and of OCI distribution to push and pull by, and faults
// on demand. It checks no permissions and is no model of the real server, whose own tests
// use the real client.
//
// Entry point: New. The trap: a fault is armed for the next matching request only.
package clienttest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
)

// Token is the one that the registry accepts, and Password the one of every user.
const (
	Token    = "the-good-token"
	Password = "the-good-password"
)

// Registry is a registry that runs until the test ends.
type Registry struct {
	URL string
	// API takes more routes of our own interface, in the patterns of http.ServeMux.
	API *http.ServeMux

	mu      sync.Mutex
	log     []string
	blobs   map[digest.Digest][]byte
	uploads map[string][]byte
	opened  int                  // upload sessions so far
	tags    map[string]api.Image // by "lab/hello:latest"
	sent    int64
	faults  faults
}

// faults are armed by the tests, and disarmed when they strike.
type faults struct {
	cutUploads   []int64
	cutDownloads []int64
	corrupt      bool
	noRanges     bool
}

// New starts a registry.
func New(t *testing.T) *Registry {
	t.Helper()
	r := &Registry{
		API: http.NewServeMux(), blobs: map[digest.Digest][]byte{}, uploads: map[string][]byte{}, tags: map[string]api.Image{},
	}
	r.API.HandleFunc("GET /api/v1/{$}", r.server)
	r.API.HandleFunc("GET /api/v1", r.server)
	r.API.HandleFunc("GET /api/v1/containers/{container}/images/{reference}", r.image)
	r.API.HandleFunc("/v2/", r.oci)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.log = append(r.log, req.Method+" "+req.URL.RequestURI())
		r.mu.Unlock()
		r.API.ServeHTTP(w, req)
	}))
	t.Cleanup(s.Close)
	r.URL = s.URL
	return r
}

// CutUploads breaks the connection of the next chunks, each after so many bytes.
func (r *Registry) CutUploads(after ...int64) { r.arm(func(f *faults) { f.cutUploads = after }) }

// CutDownloads breaks the connection of the next downloads, each after so many bytes.
func (r *Registry) CutDownloads(after ...int64) { r.arm(func(f *faults) { f.cutDownloads = after }) }

// Corrupt makes all downloads wrong by one byte.
func (r *Registry) Corrupt(corrupt bool) { r.arm(func(f *faults) { f.corrupt = corrupt }) }

// NoRanges makes downloads begin at their beginning, whatever was asked for.
func (r *Registry) NoRanges() { r.arm(func(f *faults) { f.noRanges = true }) }

func (r *Registry) arm(change func(*faults)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.faults)
}

// LoseUploads forgets all upload sessions, as a sweeper may, and tells how many there were.
func (r *Registry) LoseUploads() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.uploads)
	clear(r.uploads)
	return n
}

// Sent is how many bytes of chunks have arrived in all.
func (r *Registry) Sent() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent
}

// Requests are those that came, as "GET /api/v1/…", since the last call.
func (r *Registry) Requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	log := slices.Clone(r.log)
	r.log = nil
	return log
}

// Put stores an image file under a name like "lab/hello" and a tag.
func (r *Registry) Put(container, tag string, content []byte) api.Image {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := digest.FromBytes(content)
	r.blobs[d] = slices.Clone(content)
	return r.name(container, tag, d)
}

// Change alters the image of a tag.
func (r *Registry) Change(container, tag string, change func(*api.Image)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	image := r.tags[container+":"+tag]
	change(&image)
	r.tags[container+":"+tag] = image
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// Fail answers with an error.
func Fail(w http.ResponseWriter, status int, kind, message string) {
	JSON(w, status, api.Failure{Error: api.Problem{Kind: kind, Message: message}})
}

func (r *Registry) server(w http.ResponseWriter, _ *http.Request) {
	JSON(w, http.StatusOK, api.Server{Name: "Test", Version: "1", Address: r.URL})
}

func (r *Registry) image(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reference := req.PathValue("reference")
	if image, ok := r.tags[req.PathValue("container")+":"+reference]; ok {
		JSON(w, http.StatusOK, image)
		return
	}
	for _, image := range r.tags {
		if image.Container == req.PathValue("container") && image.Content == reference {
			JSON(w, http.StatusOK, image)
			return
		}
	}
	Fail(w, http.StatusNotFound, "not_found", "There is no such image.")
}

// name gives content a tag; the caller holds the lock.
func (r *Registry) name(container, tag string, content digest.Digest) api.Image {
	image := api.Image{Container: container, Tag: tag, Name: container + ":" + tag, Kind: "sif", Content: content.String(),
		Digest: digest.FromString(content.String()).String(), Size: int64(len(r.blobs[content])),
		FileName: path.Base(container) + "_" + tag + ".sif", Page: r.URL + "/" + container}
	r.tags[image.Name] = image
	return image
}

func readAll(req *http.Request) []byte {
	body, _ := io.ReadAll(req.Body) // what broke off is an incomplete upload
	return body
}
