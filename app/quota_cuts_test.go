package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/manifest"
)

// breaker is a proxy in front of the server that, once it is armed, passes on so many bytes of
// requests, and then calls what it was given and cuts every line.
type breaker struct {
	net.Listener
	to    string
	mu    sync.Mutex
	armed bool
	left  int
	first func()
	lines map[net.Conn]bool
}

func newBreaker(t *testing.T) *breaker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &breaker{Listener: l, lines: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go b.carry(from)
		}
	}()
	return b
}

func (b *breaker) url() string { return "http://" + b.Addr().String() }

// arm has it cut all lines after that many bytes.
func (b *breaker) arm(bytes int, first func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed, b.left, b.first = true, bytes, first
}

func (b *breaker) carry(from net.Conn) {
	defer from.Close()
	b.mu.Lock()
	server := b.to
	b.mu.Unlock()
	to, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer to.Close()
	b.mu.Lock()
	b.lines[from], b.lines[to] = true, true
	b.mu.Unlock()
	go io.Copy(from, to)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil || b.spend(n) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// spend counts what was passed on, and reports whether that was enough.
func (b *breaker) spend(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.armed {
		return false
	}
	if b.left -= n; b.left > 0 {
		return false
	}
	b.armed = false
	b.first()
	for line := range b.lines {
		line.Close()
	}
	clear(b.lines)
	return true
}

// quotaUse tells what a collection uses.
func quotaUse(t testing.TB, url, token, name string) (u struct{ Used, Reserved, Quota int64 }) {
	t.Helper()
	body, status := get(t, url+"/api/v1/usage/"+name, token)
	if err := json.Unmarshal(body, &u); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	return u
}

// pushByPatch pushes as docker does, and pushByPut as oras does.
func pushByPatch(ctx context.Context, url, token, name, tag string, content []byte) error {
	return pushByUpload(ctx, url, token, name, tag, content, true)
}

func pushByPut(ctx context.Context, url, token, name, tag string, content []byte) error {
	return pushByUpload(ctx, url, token, name, tag, content, false)
}

func pushByUpload(ctx context.Context, url, token, name, tag string, content []byte, stream bool) error {
	d := digest.FromBytes(content)
	at, err := begin(ctx, url, token, name)
	if err != nil {
		return err
	}
	last := content
	if stream {
		r, err := http.NewRequestWithContext(ctx, http.MethodPatch, at, io.MultiReader(bytes.NewReader(content))) // of unknown length
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		sent, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		sent.Body.Close()
		if sent.StatusCode != http.StatusAccepted {
			return refused(sent)
		}
		last = nil
	}
	if err := send(ctx, http.MethodPut, at+"?digest="+d.String(), token, http.StatusCreated, "application/octet-stream", last); err != nil {
		return err
	}
	config := url + "/v2/" + name + "/blobs/uploads/?digest=" + digest.FromBytes(manifest.EmptyConfig).String()
	if err := send(ctx, http.MethodPost, config, token, http.StatusCreated, "application/octet-stream", manifest.EmptyConfig); err != nil {
		return err
	}
	return send(ctx, http.MethodPut, url+"/v2/"+name+"/manifests/"+tag, token, http.StatusCreated, manifest.OCIManifest, manifest.ForFile(d, int64(len(content))))
}

// pushInLibraryParts pushes as Apptainer does what is too large for one piece.
func pushInLibraryParts(ctx context.Context, url, token, name, tag string, content []byte) error {
	return pushToLibrary(ctx, url, token, name, tag, content, func(post libraryPost, image string) error {
		var parts struct {
			Data struct {
				ID   string `json:"uploadID"`
				Size int    `json:"partSize"`
			} `json:"data"`
		}
		d := digest.FromBytes(content)
		if err := post(http.MethodPost, "/v2/imagefile/"+image+"/_multipart", map[string]any{"filesize": len(content)}, &parts); err != nil {
			return err
		}
		for n := 0; n*parts.Data.Size < len(content); n++ {
			part := content[n*parts.Data.Size : min((n+1)*parts.Data.Size, len(content))]
			var to struct {
				Data struct {
					URL string `json:"presignedURL"`
				} `json:"data"`
			}
			if err := post(http.MethodPut, "/v2/imagefile/"+image+"/_multipart", map[string]any{"partSize": len(part), "partNumber": n + 1, "uploadID": parts.Data.ID}, &to); err != nil {
				return err
			}
			if _, err := call(ctx, http.MethodPut, to.Data.URL, "", "application/octet-stream", part); err != nil {
				return err
			}
		}
		return post(http.MethodPut, "/v2/imagefile/"+image+"/_multipart_complete", map[string]any{"uploadID": parts.Data.ID, "completedParts": []any{}, "sha256sum": d.Encoded()}, nil)
	})
}

// quotaSite is a server behind a breaker, with alice, who is an administrator.
type quotaSite struct {
	*site
	*breaker
	args []string
}

func newQuotaSite(t *testing.T) *quotaSite {
	t.Helper()
	home, b := t.TempDir(), newBreaker(t)
	s := &quotaSite{site: &site{victim: &victim{t: t, home: home, env: environment(t, home)}}, breaker: b}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.to = free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(home, "data")
	s.args = []string{"--data", data, "--listen", b.to, "--public-url", b.url(), "--log-level", "error"}
	s.site.run("user", "add", "alice", "--admin", "--password-stdin", "--data", data)
	s.start()
	s.token = s.victim.token(b.url())
	return s
}

// start starts the server, where it was before.
func (s *quotaSite) start() {
	s.t.Helper()
	var err error
	if s.server, err = startServer(s.t.Context(), s.home, s.env, s.args...); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.server.kill)
}

// By every door, a push into a quota that holds it once goes in at once when it is repeated,
// after its client was killed in the middle, and after the server was.
func TestKilledPushIsRepeatedWithinItsQuota(t *testing.T) {
	t.Parallel()
	const size = 2 << 20
	doors := []doorOf{{"oci by PATCH", pushByPatch}, {"oci by PUT", pushByPut}, {"oci in parts", pushInParts}, {"library in parts", pushInLibraryParts}}
	for i, door := range append(doors, doorsIn...) {
		t.Run(door.name, func(t *testing.T) {
			t.Parallel()
			s := newQuotaSite(t)
			for n, first := range []func(){func() {}, s.server.kill} {
				content := siftestBytes(t, uint64(10*i+n), size)
				name := fmt.Sprintf("lab/x%d", n)
				s.site.run("quota", "library", "--set", fmt.Sprint(n*size+size*5/4))
				s.arm(size/2, first)
				if err := door.push(t.Context(), s.breaker.url(), s.token, name, "v1", content); err == nil {
					t.Fatal("the push was not cut off")
				}
				http.DefaultClient.CloseIdleConnections()
				if n == 1 {
					s.start()
				}
				if err := door.push(t.Context(), s.breaker.url(), s.token, name, "v1", content); err != nil {
					t.Fatalf("pushed again: %v", err)
				}
				if u := quotaUse(t, s.breaker.url(), s.token, "library"); u.Reserved != 0 || u.Used < int64((n+1)*len(content)) {
					t.Errorf("in the end: %+v", u)
				}
			}
			s.server.kill()
			s.check()
		})
	}
}
