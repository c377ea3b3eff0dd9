package app_test

import (
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/errs"
)

// small is a layer around a registry's commits: after some of them there is no room for
// another. The store's own tests prove that this is what SQLite's full disk becomes.
type small struct {
	mu      sync.Mutex
	room    int // commits
	commits int
}

const plenty = 1 << 30

func (d *small) set(room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room, d.commits = room, 0
}

func (d *small) around(commit func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.commits == d.room {
		return errs.E("store.transact", errs.NoSpace, "The registry's disk is full; ask its administrator to make room.")
	}
	d.commits++
	return commit()
}

// A database whose disk gets full at any of the commits of any change: the door refuses in
// its own words for it and never takes the change, all that was there is read on, and with
// room again the same change succeeds.
func TestProofDatabaseFull(t *testing.T) {
	t.Parallel()
	furnished := furnish(t)
	nth := pick(3, 1) // which of the commits it is that finds no room
	refused := 0
	for _, a := range acts() {
		for room, took := 0, false; !took; room += nth {
			if took = furnished.refuses(t, a, room); !took {
				refused++
			}
		}
	}
	t.Logf("%d changes, %d refusals, each with everything read meanwhile and the change done afterwards", len(acts()), refused)
}

// refuses has an act done with room for so many commits only, and reports whether that was
// enough for it.
func (s *stage) refuses(t testing.TB, a act, room int) (took bool) {
	e := &episode{TB: t}
	defer e.end()
	dir, disk := t.TempDir(), &small{room: plenty}
	must(t, os.CopyFS(dir, os.DirFS(s.dir)))
	s = s.open(e, dir, doortest.WithFiles(quick), doortest.WithCommits(disk.around), doortest.WithLog(io.Discard))
	if a.arrange != nil {
		must(t, a.arrange(s))
	}
	before := s.shown()
	disk.set(room)
	err := a.do(s)
	if took = err == nil; !took {
		if !strings.Contains(err.Error(), "507") && !strings.Contains(err.Error(), "disk is full") && !errs.Is(err, errs.NoSpace) {
			t.Errorf("%s, room for %d commits: %v", a.name, room, err)
		}
		if now := s.shown(); !slices.Equal(now, before) {
			t.Errorf("%s, room for %d commits: was refused, and shows %q, not %q", a.name, room, now, before)
		}
		disk.set(plenty)
		if err := a.do(s); err != nil {
			t.Errorf("%s, with room again after %d commits: %v", a.name, room, err)
		}
	}
	s.check(func(format string, args ...any) { t.Errorf(a.name+": "+format, args...) }, false)
	return took
}
