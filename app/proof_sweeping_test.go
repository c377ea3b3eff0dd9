package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

// window is for how long the workers of TestProofSweepingUnderLoad push to one container. An
// image that has only lost its tag stays for an hour, so they delete the container after it.
const window = 2 * time.Second

// age makes files look two hours old that are a few seconds old, as long as it is not told
// to end: a sweep leaves alone what is younger than an hour. It gives how many it has seen.
func (s *site) age(done <-chan struct{}) (seen int) {
	known := map[string]bool{}
	for {
		for _, path := range s.keptPaths() {
			known[path] = true
			if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > 3*time.Second {
				old := time.Now().Add(-2 * time.Hour)
				_ = os.Chtimes(path, old, old) // it may be gone by now
			}
		}
		select {
		case <-done:
			return len(known)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// passing chooses among contents that all workers share, so that one deletes what another
// just pushes: new ones as time goes by, and those that a sweep is about to remove, since
// the containers that had them are just deleted.
func passing(r *rand.Rand, window uint64) uint64 {
	now := 100 + window
	if r.IntN(2) == 0 {
		return now - 3 - r.Uint64N(4)
	}
	return now - r.Uint64N(3)
}

// Everything that nobody needs is removed every second, while images of a few contents are
// pushed by all doors, moved, deleted and pulled: no tag ever lacks its content, and at the
// end, when all containers are gone, so are the files.
func TestProofSweepingUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, fresh...)
	done, seen := make(chan struct{}), make(chan int, 1)
	go func() { seen <- s.age(done) }()
	var pushes, deletes, pulls atomic.Int64
	length := 2 * lasting()
	if *long {
		length = lasting()
	}
	start := time.Now()
	var workers sync.WaitGroup
	for worker := range 4 {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 2))
			container, last := "", uint64(0)
			defer func() { s.deleteContainer(t, container) }()
			for since := time.Since(start); since < length; since = time.Since(start) {
				now := uint64(since / window)
				if now != last {
					s.deleteContainer(t, container)
				}
				container, last = fmt.Sprintf("lab/c%d-%d", worker, now), now
				tag, content := fmt.Sprintf("t%d", r.IntN(3)), siftestBytes(t, passing(r, now), 100_000)
				door := doorsIn[r.IntN(len(doorsIn))]
				if err := door.push(t.Context(), s.url, s.token, container, tag, content); err != nil {
					t.Errorf("%s: %v", door.name, err)
					return
				}
				pushes.Add(1)
				if got := pullDigest(t, s.url, s.token, container, tag); got != digest.FromBytes(content) {
					t.Errorf("%s:%s gives %s", container, tag, got)
				}
				pulls.Add(1)
				if r.IntN(2) == 0 {
					if err := deleteTag(t.Context(), s.url, s.token, container, tag); err != nil {
						t.Error(err)
					}
					deletes.Add(1)
				}
			}
		})
	}
	workers.Wait()
	s.check()
	for until := time.Now().Add(2 * patience); len(s.kept()) > 0 && time.Now().Before(until); {
		time.Sleep(100 * time.Millisecond)
	}
	close(done)
	t.Logf("%d pushes, %d pulls, %d deletes in %s; of %d contents %d are left", pushes.Load(), pulls.Load(), deletes.Load(), length, <-seen, len(s.kept()))
	if len(s.kept()) > 0 {
		t.Error("what nobody needs was not removed")
	}
}

// deleteContainer deletes a container, with all that is in it; "" is none.
func (s *site) deleteContainer(t *testing.T, name string) {
	if name == "" {
		return
	}
	if _, err := call(t.Context(), http.MethodDelete, s.url+"/api/v1/containers/"+url.PathEscape(name), "Bearer "+s.token, "", nil); err != nil {
		t.Errorf("%s is not deleted: %v", name, err)
	}
}
