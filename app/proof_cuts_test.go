package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sregistry/app/client"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// cutter is a proxy in front of the server that breaks every connection after a random
// number of bytes, as often as it was told to.
type cutter struct {
	net.Listener
	to   string
	mean int64

	mu     sync.Mutex
	random *rand.Rand
	left   int // cuts to come
	cuts   int
	passed int64 // bytes, in the direction that is measured
}

func newCutter(t *testing.T, to string, mean int64, cuts int, up bool) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{Listener: l, to: strings.TrimPrefix(to, "http://"), mean: mean, left: cuts, random: rand.New(rand.NewPCG(uint64(cuts), 3))}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(conn, up)
		}
	}()
	return c
}

func (c *cutter) url() string { return "http://" + c.Addr().String() }

// Write counts what has passed.
func (c *cutter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += int64(len(p))
	return len(p), nil
}

// carry passes on what comes, until either end closes or the bytes of one way are used up.
func (c *cutter) carry(from net.Conn, up bool) {
	defer from.Close()
	to, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer to.Close()
	source, target := to, from
	if up {
		source, target = from, to
	}
	ended := make(chan struct{}, 2)
	go func() { io.Copy(source, target); ended <- struct{}{} }()
	go func() {
		c.mu.Lock()
		limit := int64(1) << 62
		if c.left > 0 {
			limit = 1 + c.random.Int64N(2*c.mean)
		}
		c.mu.Unlock()
		n, _ := io.CopyN(io.MultiWriter(target, c), source, limit)
		c.mu.Lock()
		defer c.mu.Unlock()
		if n == limit && c.left > 0 {
			c.left--
			c.cuts++
		}
		ended <- struct{}{}
	}()
	<-ended
}

// A transfer whose connection breaks a thousand times at random bytes goes on each time
// where it was: hardly more goes over the line than the image has.
func TestProofCuts(t *testing.T) {
	t.Parallel()
	const mean = 512 << 10
	// waste is what a cut may cost at most, on average: the headers, and what was on the way.
	// That is some hundred bytes, or a buffer of the kernel's where the server is too busy to
	// read it before the client is back and takes the upload over.
	const waste = 256 << 10
	cuts := pick(60, 1000)
	s := newSite(t, "--anonymous-rate", "0", "--user-rate", "0")
	path := filepath.Join(t.TempDir(), "big.sif")
	if err := siftest.Write(path, siftest.Options{Arch: "amd64", Payload: int64(cuts) * mean * 11 / 10}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name, err := ref.ParsePath("lab/big")
	if err != nil {
		t.Fatal(err)
	}
	through := func(c *cutter) *client.Client {
		ours, err := client.New(client.Options{Base: c.url(), Token: s.token, Pause: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return ours
	}
	told := func(what string, c *cutter) {
		t.Helper()
		c.mu.Lock()
		defer c.mu.Unlock()
		extra := c.passed - int64(len(file))
		t.Logf("%s: %d cuts, %d bytes, %d of them more than the image has (%d a cut)", what, c.cuts, c.passed, extra, extra/int64(max(c.cuts, 1)))
		if c.cuts < cuts/2 || extra > int64(c.cuts+1)*waste {
			t.Errorf("%s: too few cuts, or too many bytes", what)
		}
	}
	up := newCutter(t, s.url, mean, cuts, true)
	f, err := client.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := through(up).Push(t.Context(), client.PushRequest{File: f, Container: name, Tag: "v1", Arch: "amd64", StateDir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	told("push", up)
	down := newCutter(t, s.url, mean, cuts, false)
	target := filepath.Join(t.TempDir(), "got.sif")
	if _, err := through(down).Pull(t.Context(), client.PullRequest{Container: name, Reference: ref.Reference{Tag: "v1"}, Target: target}); err != nil {
		t.Fatal(err)
	}
	told("pull", down)
	if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, file) {
		t.Errorf("other bytes came: %v", err)
	}
	for door, address := range s.downloads(t, "lab/big", "v1", sha256.Sum256(file)) {
		cut := newCutter(t, s.url, mean, cuts, false)
		got := resumed(t, cut.url()+strings.TrimPrefix(address, s.url), s.token, int64(len(file)))
		if got != sha256.Sum256(file) {
			t.Errorf("%s: other bytes came", door)
		}
		told("download by "+door, cut)
	}
}

// downloads are the addresses by which the doors give an image.
func (s *site) downloads(t *testing.T, name, tag string, sum [32]byte) map[string]string {
	t.Helper()
	text, err := call(t.Context(), http.MethodGet, s.url+"/api/container/"+name+":"+tag, "Bearer "+s.token, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var hub struct{ Image string }
	if err := json.Unmarshal(text, &hub); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"oci":     fmt.Sprintf("%s/v2/%s/blobs/sha256:%x", s.url, name, sum),
		"library": s.url + "/v1/imagefile/library/" + name + ":" + tag + "?arch=amd64",
		"hub":     hub.Image,
	}
}

// resumed reads a file by as many ranges as it takes, and gives its sum.
func resumed(t *testing.T, address, token string, size int64) (sum [32]byte) {
	t.Helper()
	all := sha256.New()
	for at, stuck := int64(0), 0; at < size; stuck++ {
		n, err := rangeFrom(t.Context(), address, token, at, all)
		if at += n; n > 0 {
			stuck = 0
		}
		if stuck == 20 {
			t.Fatal(err)
		}
	}
	return [32]byte(all.Sum(nil))
}

// rangeFrom reads as far as the connection lasts.
func rangeFrom(ctx context.Context, address, token string, at int64, into io.Writer) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-", at))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusPartialContent {
		return 0, fmt.Errorf("%s: %s", address, answer.Status)
	}
	return io.Copy(into, answer.Body)
}
