package app_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/sif/siftest"
)

// A thousand clients, each by connections of its own, pull one image at once, and all get
// it whole; meanwhile the web site answers.
func TestProofHerd(t *testing.T) {
	const clients = 1000
	s := newSite(t, "--anonymous-rate", "0", "--user-rate", "0")
	file := siftest.SIF(t, siftest.Options{Arch: "amd64", Payload: int64(pick(200<<10, 32<<20))})
	if err := pushBytes(t.Context(), s.url, s.token, "lab/hello", "v1", file); err != nil {
		t.Fatal(err)
	}
	want := digest.FromBytes(file)
	var whole, pages, begun atomic.Int64
	var slowest time.Duration
	over := make(chan struct{})
	var visitor sync.WaitGroup
	visitor.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			start := time.Now()
			answer, err := http.Get(s.url + "/")
			if err != nil {
				t.Error(err)
				return
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("the site answers %s", answer.Status)
			}
			slowest = max(slowest, time.Since(start))
			pages.Add(1)
		}
	})
	start, gate := time.Now(), make(chan struct{})
	var herd sync.WaitGroup
	for range clients {
		herd.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			<-gate
			begun.Add(1)
			sum := sha256.New()
			for path, into := range map[string]io.Writer{"manifests/v1": io.Discard, "blobs/" + want.String(): sum} {
				if err := fetchInto(t, client, s, path, into); err != nil {
					t.Error(err)
					return
				}
			}
			if digest.NewDigest(digest.SHA256, sum) != want {
				t.Error("other bytes came")
				return
			}
			whole.Add(1)
		})
	}
	close(gate)
	herd.Wait()
	took := time.Since(start)
	close(over)
	visitor.Wait()
	t.Logf("%d clients, %d got all %d bytes, in %.1f s; the site answered %d times, the slowest after %s; memory at most %d MiB",
		begun.Load(), whole.Load(), len(file), took.Seconds(), pages.Load(), slowest.Round(time.Millisecond), s.peak()>>20)
	if whole.Load() != clients || pages.Load() == 0 {
		t.Fail()
	}
	if peak := s.peak(); peak > memoryFactor*512<<20 {
		t.Errorf("the server took %d MiB", peak>>20)
	}
}

func fetchInto(t *testing.T, client *http.Client, s *site, path string, into io.Writer) error {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v2/lab/hello/"+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Status)
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{into}, answer.Body, make([]byte, 32<<10))
	return err
}
