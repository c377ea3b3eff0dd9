package oci_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/doortest"
	"sregistry/app/manifest"
	"sregistry/app/sif/siftest"
)

// The benchmarks compare the door with a few lines of net/http that do the least of the
// same, turn by turn in one run, since figures of different runs wander by a third. What
// the door reaches of the other is the metric "ratio".

// size is how much one transfer of a benchmark moves.
var size = flag.Int64("oci.size", 256<<20, "bytes of one transfer in the benchmarks")

// duel runs two ways in turns, and reports how many units of work each does in a second.
// What prepare does before each turn is not counted.
func duel(b *testing.B, unit string, work float64, prepare, door, plain func()) {
	b.Helper()
	prepare()
	door()
	plain()
	var mine, others time.Duration
	for b.Loop() {
		prepare()
		began := time.Now()
		door()
		between := time.Now()
		plain()
		mine += between.Sub(began)
		others += time.Since(between)
	}
	b.ReportMetric(others.Seconds()/mine.Seconds(), "ratio")
	b.ReportMetric(work*float64(b.N)/mine.Seconds(), unit)
	b.ReportMetric(work*float64(b.N)/others.Seconds(), "plain-"+unit)
}

// BenchmarkManifestByTag asks for a manifest by its tag, with a token, against net/http
// with the same bytes in memory. The log is written, and thrown away.
func BenchmarkManifestByTag(b *testing.B) {
	s := newSite(b, doortest.WithLog(io.Discard))
	auth := s.account(b, "ann")
	body := s.pushSIF(b, auth, "lab/hello", "v1", siftest.Options{})
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		w.Write(body)
	}))
	b.Cleanup(plain.Close)
	const turn, path = 3200, "/v2/lab/hello/manifests/v1"
	door, other := newFlood(b, s.URL, path, auth), newFlood(b, plain.URL, path, auth)
	duel(b, "requests/s", turn, func() {}, func() { door.ask(b, turn) }, func() { other.ask(b, turn) })
}

// BenchmarkUpload pushes a blob until it is acknowledged, which is to say durable, against
// a loop that reads, writes and hashes in turn, and then syncs.
func BenchmarkUpload(b *testing.B) {
	s := newSite(b)
	auth := s.account(b, "ann")
	dir := b.TempDir()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := receive(filepath.Join(dir, rand.Text()), r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	b.Cleanup(plain.Close)
	client := &http.Client{Transport: &http.Transport{WriteBufferSize: 256 << 10}}
	send := func(url string, content content, status int) {
		req, err := http.NewRequestWithContext(b.Context(), "PUT", url, content.reader())
		if err != nil {
			b.Fatal(err)
		}
		req.ContentLength = *size
		req.Header.Set("Authorization", auth)
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status {
			b.Fatal(resp.Status)
		}
	}
	// Each upload is another content: to replace a file, and so to free its blocks, is no
	// part of what is measured.
	var next content
	duel(b, "MiB/s", float64(*size)/(1<<20), func() { next = newContent() },
		func() { send(s.URL+s.begin(b, auth, "lab/hello")+"?digest="+next.digest, next, 201) },
		func() { send(plain.URL, next, 200) })
}

// receive is the plain way to store a body.
func receive(path string, body io.Reader) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	// Hidden, or the kernel would be asked to copy, and the hash would see nothing.
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(f, sum)}, struct{ io.Reader }{body}, make([]byte, 128<<10)); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// BenchmarkSmallImages has 8 clients push images of some KiB, each by the five requests of
// Apptainer's oras://, against a server that takes as many files as come (an image, a config
// and a manifest), syncs each, and knows nothing of them.
func BenchmarkSmallImages(b *testing.B) {
	const clients, each = 8, 8
	s := newSite(b, doortest.WithLog(io.Discard))
	auth := s.account(b, "ann")
	dir := b.TempDir()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := receive(filepath.Join(dir, rand.Text()), r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}))
	b.Cleanup(plain.Close)
	atOnce := func(do func(client, nth int)) {
		var all sync.WaitGroup
		for client := range clients {
			all.Go(func() {
				for nth := range each {
					do(client, nth)
				}
			})
		}
		all.Wait()
	}
	var turn uint64
	duel(b, "images/s", clients*each, func() { turn++ },
		func() {
			atOnce(func(client, nth int) {
				options := siftest.Options{Arch: "amd64", Seed: turn<<16 | uint64(client)<<8 | uint64(nth), Payload: 1024}
				s.pushSIF(b, auth, fmt.Sprintf("lab/small%d", client), fmt.Sprintf("t%d", nth), options)
			})
		},
		func() {
			atOnce(func(int, int) {
				for range 3 {
					resp, err := http.Post(plain.URL, "application/octet-stream", bytes.NewReader(noise(1024)))
					if err != nil {
						b.Error(err)
						return
					}
					resp.Body.Close()
				}
			})
		})
}

// BenchmarkDownload pulls a blob, against net/http with the plain file.
func BenchmarkDownload(b *testing.B) {
	s := newSite(b)
	auth := s.account(b, "ann")
	content := newContent()
	want(b, s.Do(b, "PUT", s.begin(b, auth, "lab/hello")+"?digest="+content.digest, content.reader(), "Authorization", auth), 201)
	path := filepath.Join(b.TempDir(), "blob")
	if err := receive(path, content.reader()); err != nil {
		b.Fatal(err)
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }))
	b.Cleanup(plain.Close)
	client := &http.Client{Transport: &http.Transport{ReadBufferSize: 256 << 10}}
	buffer := make([]byte, 256<<10)
	fetch := func(url string) {
		req, err := http.NewRequestWithContext(b.Context(), "GET", url, nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", auth)
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, buffer)
		if err != nil || n != *size || resp.StatusCode != 200 {
			b.Fatal(resp.Status, n, err)
		}
	}
	duel(b, "MiB/s", float64(*size)/(1<<20), func() {},
		func() { fetch(s.URL + "/v2/lab/hello/blobs/" + content.digest) },
		func() { fetch(plain.URL) })
}

// content is what is transferred: a block of noise, again and again.
type content struct {
	block  []byte
	digest string
}

func newContent() content {
	c := content{block: noise(1 << 20)}
	sum := digest.SHA256.Digester()
	if _, err := io.Copy(sum.Hash(), c.reader()); err != nil {
		panic(err)
	}
	c.digest = string(sum.Digest())
	return c
}

func (c content) reader() io.Reader { return io.LimitReader(&repeated{block: c.block}, *size) }

// repeated gives a block without end.
type repeated struct {
	block []byte
	at    int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	return n, nil
}

// flood asks the same again and again on many connections, by a client that costs next to
// nothing: the answers of a server are all of one length, once that is known.
type flood struct {
	connections []net.Conn
	request     []byte
	answer      int // bytes
}

func newFlood(b testing.TB, base, path, auth string) *flood {
	b.Helper()
	const connections = 32
	if auth != "" {
		auth = "Authorization: " + auth + "\r\n"
	}
	f := &flood{request: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: x\r\nAccept: %s\r\n%s\r\n", path, manifest.OCIManifest, auth)}
	for range connections {
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		f.connections = append(f.connections, c)
	}
	if _, err := f.connections[0].Write(f.request); err != nil {
		b.Fatal(err)
	}
	var seen bytes.Buffer
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(f.connections[0], &seen)), nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
		b.Fatal(resp.Status, err)
	}
	f.answer = seen.Len()
	return f
}

// ask sends n requests and reads their answers.
func (f *flood) ask(b testing.TB, n int) {
	var all sync.WaitGroup
	for _, c := range f.connections {
		all.Go(func() {
			buffer := make([]byte, f.answer)
			for range n / len(f.connections) {
				if _, err := c.Write(f.request); err != nil {
					b.Error(err)
					return
				}
				if _, err := io.ReadFull(c, buffer); err != nil || !bytes.HasPrefix(buffer, []byte("HTTP/1.1 200")) {
					b.Errorf("%s, %v", buffer, err)
					return
				}
			}
		})
	}
	all.Wait()
}
