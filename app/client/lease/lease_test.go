package lease_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/client/lease"
	"sregistry/app/errs"
)

// quick are times for tests, on a disk where all see at once what one writes. Nobody is taken
// for dead because the machine or its disk is busy.
var quick = lease.Times{Beat: 20 * time.Millisecond, Dead: time.Hour, Look: 10 * time.Millisecond}

func never() (bool, error) { return false, nil }

func take(t *testing.T, path string, times lease.Times) *lease.Lease {
	t.Helper()
	l, err := lease.Take(t.Context(), path, times, never)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOnlyOneHoldsALease(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lease")
	var holders, turns atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			l, err := lease.Take(t.Context(), path, quick, never)
			if err != nil {
				t.Error(err)
				return
			}
			if n := holders.Add(1); n != 1 {
				t.Errorf("%d hold it", n)
			}
			turns.Add(1)
			time.Sleep(5 * time.Millisecond)
			holders.Add(-1)
			l.Release()
		})
	}
	all.Wait()
	left, err := os.ReadDir(filepath.Dir(path))
	if turns.Load() != 20 || err != nil || len(left) != 0 {
		t.Errorf("%d turns; %v is left, %v", turns.Load(), left, err)
	}
}

func TestWhoWaitsIsToldThatThereIsNothingToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lease")
	defer take(t, path, quick).Release()
	looks := 0
	l, err := lease.Take(t.Context(), path, quick, func() (bool, error) { looks++; return looks > 3, nil })
	if l != nil || err != nil {
		t.Errorf("got %v, %v", l, err)
	}
	failed := errors.New("no such folder")
	if _, err := lease.Take(t.Context(), path, quick, func() (bool, error) { return false, failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := lease.Take(ctx, path, quick, never); !errs.Is(err, errs.Canceled) {
		t.Error(err)
	}
}

// A holder that gives no sign of life loses the lease to those who wait, and finds out when it
// looks again. On a busy machine several may take it over, one after the other; all but the
// last find that out, too.
func TestDeadHolderIsReplacedByOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lease")
	sleepy := quick
	sleepy.Beat = 3 * time.Second
	old := take(t, path, sleepy)
	short := quick
	short.Dead = 200 * time.Millisecond
	var holders atomic.Int32
	var all sync.WaitGroup
	taken := make(chan *lease.Lease, 5)
	for range cap(taken) {
		all.Go(func() {
			l, err := lease.Take(t.Context(), path, short, func() (bool, error) { return holders.Load() > 0, nil })
			if err != nil {
				t.Error(err)
			}
			if l != nil {
				holders.Add(1)
				taken <- l
			}
		})
	}
	all.Wait()
	close(taken)
	if len(taken) == 0 {
		t.Error("nobody took it over")
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) { // it was let go by one who found nothing to do
		t.Error(err)
	}
	for l := range taken {
		if !strings.HasPrefix(string(text), l.Nonce()) {
			<-l.Context().Done()
		}
		t.Cleanup(l.Release)
	}
	<-old.Context().Done()
	old.Release()
}
