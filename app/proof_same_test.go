package app_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/sif/siftest"
)

// Ten push one content at the same moment, by all doors: to the same tag, to other tags and
// to other containers. All succeed, every tag gives it, and it is kept once.
func TestProofTenPushesOfOneContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rounds, pushes := pick(3, 200), 0
	for round := range rounds {
		content := siftest.SIF(t, siftest.Options{Arch: "amd64", Seed: uint64(round), Payload: 300_000})
		want := digest.FromBytes(content)
		same := fmt.Sprintf("lab/round%d", round)
		var ten sync.WaitGroup
		start := make(chan struct{})
		names := map[string]string{} // container of each tag
		for i := range 10 {
			door := doorsIn[i%len(doorsIn)]
			targets := [][2]string{{same, "same"}, {same, fmt.Sprintf("tag%d", i)}, {fmt.Sprintf("%s-%d", same, i), "v1"}}
			for _, target := range targets {
				names[target[0]+":"+target[1]] = target[0]
				pushes++
				ten.Go(func() {
					<-start
					if err := door.push(t.Context(), s.url, s.token, target[0], target[1], content); err != nil {
						t.Errorf("%s to %s:%s: %v", door.name, target[0], target[1], err)
					}
				})
			}
		}
		close(start)
		ten.Wait()
		for name, container := range names {
			if got := fileOf(t, s.url, s.token, container, name[len(container)+1:]); got != want {
				t.Errorf("%s gives %s", name, got)
			}
		}
		kept := slices.DeleteFunc(s.kept(), func(name string) bool { return name != want.Encoded() })
		if len(kept) != 1 {
			t.Errorf("the content is kept %d times", len(kept))
		}
	}
	s.check()
	t.Logf("%d pushes in %d rounds", pushes, rounds)
}

// age makes files look two hours old that are a few seconds old, as long as it is not told
// to end: a sweep leaves alone what is younger than an hour.
func (s *site) age(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(100 * time.Millisecond):
		}
		for _, path := range s.keptPaths() {
			if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > 3*time.Second {
				old := time.Now().Add(-2 * time.Hour)
				_ = os.Chtimes(path, old, old) // it may be gone by now
			}
		}
	}
}

// passing chooses among contents that all workers share, so that one deletes what another
// just pushes: new ones as time goes by, and those that a sweep is about to remove, since
// nobody has pushed them for the life of an upload, which is a minute here.
func passing(r *rand.Rand, since time.Duration) uint64 {
	now := 100 + uint64(since/(5*time.Second))
	if r.IntN(2) == 0 {
		return now - 11 - r.Uint64N(4)
	}
	return now - r.Uint64N(3)
}

// Everything that nobody needs is removed every second, while images of a few contents are
// pushed by all doors, moved, deleted and pulled: no tag ever lacks its content, and at the
// end, when all tags are gone, so are the files.
func TestProofSweepingUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, fresh...)
	done := make(chan struct{})
	var clock sync.WaitGroup
	defer clock.Wait()
	defer close(done)
	clock.Go(func() { s.age(done) })
	var pushes, deletes, pulls atomic.Int64
	start := time.Now()
	length := 2 * lasting()
	if *long {
		length = lasting()
	}
	end := start.Add(length)
	var workers sync.WaitGroup
	for worker := range 4 {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 2))
			for time.Now().Before(end) {
				container, tag := fmt.Sprintf("lab/c%d", worker), fmt.Sprintf("t%d", r.IntN(3))
				content := siftestBytes(t, passing(r, time.Since(start)), 100_000)
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
	for worker := range 4 {
		for tag := range 3 {
			_ = deleteTag(t.Context(), s.url, s.token, fmt.Sprintf("lab/c%d", worker), fmt.Sprintf("t%d", tag)) // some are not there
		}
	}
	s.check()
	for until := time.Now().Add(2 * patience); *long && len(s.kept()) > 0 && time.Now().Before(until); {
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("%d pushes, %d pulls, %d deletes in %s; %d files are left", pushes.Load(), pulls.Load(), deletes.Load(), length, len(s.kept()))
	if *long && len(s.kept()) > 0 {
		t.Error("what nobody needs was not removed")
	}
}
