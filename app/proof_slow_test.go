package app_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/sif/siftest"
)

// slowly reads no more than so many bytes a second.
type slowly struct {
	io.Reader
	perSecond int
}

func (s slowly) Read(p []byte) (int, error) {
	const slices = 20 // a second
	time.Sleep(time.Second / slices)
	return s.Reader.Read(p[:min(len(p), max(1, s.perSecond/slices))])
}

// Clients with slow lines finish, however long it takes, up and down by every door; and a
// client that sends no headers, or hardly any, is dropped.
func TestProofSlowClients(t *testing.T) {
	t.Parallel()
	s := newSite(t, "--anonymous-rate", "0", "--user-rate", "0")
	speed, length := 1<<20, lasting()
	if *long {
		length = max(length/2, 4*time.Second) // 30 minutes
	}
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Payload: int64(length.Seconds()) * int64(speed)})
	want := sha256.Sum256(file)
	location := beginUpload(t, s.url, s.token, "lab/slow")
	var all sync.WaitGroup
	all.Go(func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, fmt.Sprintf("%s?digest=sha256:%x", location, want), slowly{bytes.NewReader(file), speed})
		if err != nil {
			t.Error(err)
			return
		}
		if status := s.status(t, r); status != http.StatusCreated {
			t.Errorf("a slow upload ends with status %d", status)
		}
	})
	if err := pushBytes(t.Context(), s.url, s.token, "lab/quick", "v1", file); err != nil {
		t.Fatal(err)
	}
	for door, address := range s.downloads(t, "lab/quick", "v1", want) {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer "+s.token)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			sum := sha256.New()
			if _, err := io.Copy(sum, slowly{answer.Body, speed}); err != nil || digest.NewDigest(digest.SHA256, sum).Encoded() != fmt.Sprintf("%x", want) {
				t.Errorf("%s: other bytes came slowly, %v", door, err)
			}
		})
	}
	dropped := map[string]time.Duration{}
	var mu sync.Mutex
	waits := map[string]string{"no headers": "", "slow headers": "GET / HTTP/1.1\r\nX-Slow: "}
	if *long {
		waits["no body"] = "PUT " + strings.TrimPrefix(beginUpload(t, s.url, s.token, "lab/none"), s.url) +
			" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nAuthorization: Bearer " + s.token + "\r\n\r\n"
	}
	for what, said := range waits {
		all.Go(func() {
			after := s.silent(t, said, what == "slow headers")
			mu.Lock()
			defer mu.Unlock()
			dropped[what] = after.Round(100 * time.Millisecond)
		})
	}
	all.Wait()
	t.Logf("%d bytes at %d a second went up once and down %d times; dropped were %v", len(file), speed, len(doorsIn), dropped)
}

// silent says something to the server, then nothing, or a byte now and then; it gives after
// how long the server drops it.
func (s *site) silent(t *testing.T, said string, dripping bool) time.Duration {
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer c.Close()
	start := time.Now()
	if _, err := io.WriteString(c, said); err != nil {
		t.Error(err)
	}
	if dripping {
		go func() {
			for {
				time.Sleep(500 * time.Millisecond)
				if _, err := io.WriteString(c, "x"); err != nil {
					return
				}
			}
		}()
	}
	if err := c.SetReadDeadline(start.Add(5 * time.Minute)); err != nil {
		t.Error(err)
	}
	_, err = io.Copy(io.Discard, c)
	if wait, ok := err.(net.Error); ok && wait.Timeout() {
		t.Errorf("%q was never dropped", said)
	}
	return time.Since(start)
}
