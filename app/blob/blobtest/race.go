package blobtest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// testRacing has ten pushes of one content meet, with readers, removers and sweepers in
// between: whatever is there is whole, and what was committed last stays.
func testRacing(t *testing.T, open Opener) {
	s := fresh(t, open)
	content := noise(7, 1<<20+1)
	d := digest.FromBytes(content)
	const pushes, rounds = 10, 3
	for range rounds {
		var writers, others sync.WaitGroup
		stop := make(chan struct{})
		for n := range pushes {
			writers.Go(func() {
				if got := push(t, s, n, content); got != d {
					t.Errorf("committed %s, want %s", got, d)
				}
			})
		}
		meanwhile := func(do func() error) {
			others.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := do(); err != nil && !errs.Is(err, errs.NotFound) {
						t.Error(err)
						return
					}
				}
			})
		}
		meanwhile(func() error { return s.Verify(t.Context(), d) })
		meanwhile(func() error { return s.Remove(d) })
		writers.Wait()
		close(stop)
		others.Wait()

		// What was just committed must stay, whoever wants it away, until it is released. By
		// then something may refer to it.
		stop, others = make(chan struct{}), sync.WaitGroup{}
		var known atomic.Bool
		needed := func(digest.Digest) (bool, error) { return known.Load(), nil }
		meanwhile(func() error {
			_, err := s.Free([]digest.Digest{d}, needed)
			return err
		})
		meanwhile(func() error {
			_, err := s.QuarantineUnknown(d, time.Now().Add(time.Hour), needed)
			return err
		})
		push(t, s, pushes, content)
		wantBlob(t, s, d, content)
		known.Store(true)
		for range pushes + 1 {
			s.Release(d)
		}
		close(stop)
		others.Wait()
		wantBlob(t, s, d, content)
	}
	wantUploads(t, s, 0)
}
