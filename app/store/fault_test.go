package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/store"
	"sregistry/app/store/disktest"
	"sregistry/app/store/storetest"
)

var every = flag.Int("every", 47, "which of the calls that a database makes on its disk are made to fail; 1 is all of them")

// deed is one thing that is done with a database, after which its two rows say the same.
type deed struct {
	name   string
	do     func(ctx context.Context, s *faulty) error
	after  func(t *testing.T, s *faulty) // if it was done, on a disk that is well
	opens  bool                          // what a process has left that died
	rarely int                           // the calls fail, because there are so many more
}

// faulty is a database on a disk that fails.
type faulty struct {
	dir  string
	db   *store.DB // nil if it is not open
	says string    // what its rows have to say, if the last deed was done
	was  string    // and otherwise
}

func (s *faulty) set(ctx context.Context, value string) error {
	s.says = value
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.RecordTask(ctx, "a", true, value); err != nil {
			return err
		}
		return tx.RecordTask(ctx, "b", true, value)
	})
}

func (s *faulty) get(ctx context.Context) (a, b string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		one, err := tx.Task(ctx, "a")
		if err != nil {
			return err
		}
		other, err := tx.Task(ctx, "b")
		a, b = one.Report, other.Report
		return err
	})
	return a, b, err
}

func (s *faulty) open(t *testing.T) (err error) {
	s.db, err = store.Open(context.Background(), s.dir, storetest.Schema(t))
	return err
}

func deeds(t *testing.T) []deed {
	return []deed{
		{name: "a change", do: func(ctx context.Context, s *faulty) error { return s.set(ctx, "new") }},
		// So large that it is moved from the log into the file at its end.
		{name: "a large change", do: func(ctx context.Context, s *faulty) error { return s.set(ctx, strings.Repeat("large", 1<<19)) }, rarely: 21},
		{name: "reading", do: func(ctx context.Context, s *faulty) error {
			_, _, err := s.get(ctx)
			return err
		}},
		{name: "a copy", do: func(ctx context.Context, s *faulty) error { return s.db.Copy(ctx, "copy.db") }, after: copied},
		{name: "closing", do: func(_ context.Context, s *faulty) error {
			err := s.db.Close()
			s.db = nil
			return err
		}},
		{name: "opening", do: func(_ context.Context, s *faulty) error { return s.open(t) }, opens: true},
	}
}

// copied looks at what the copy has.
func copied(t *testing.T, s *faulty) {
	copy, err := store.OpenCopy(filepath.Join(s.dir, store.SnapshotFolder, "copy.db"))
	must(t, err)
	defer copy.Close()
	whole(t, copy)
	a, b, err := (&faulty{db: copy}).get(t.Context())
	if must(t, err); a != "old" || b != "old" {
		t.Errorf("the copy says %q and %q", a, b)
	}
}

func whole(t *testing.T, db *store.DB) {
	t.Helper()
	must(t, db.View(t.Context(), func(tx *store.Tx) error {
		wrong, err := tx.Integrity(t.Context())
		if len(wrong) > 0 {
			t.Errorf("%q", wrong)
		}
		return err
	}))
}

// Every call that SQLite makes on its disk fails in every way, while something is done with
// a database. It is done wholly, or refused by an error and not done at all; the database
// goes on when the disk does; and whoever opens it then, or opens what would be left if the
// process died, finds it whole.
func TestDatabaseBearsEveryFaultOfItsDisk(t *testing.T) {
	t.Parallel()
	before := &faulty{dir: t.TempDir()}
	disktest.Below(t, before.dir)
	must(t, before.open(t))
	must(t, before.set(t.Context(), "old"))
	died, _ := copyOf(t, before.dir) // with all of it in the log
	must(t, before.db.Close())
	for _, d := range deeds(t) {
		from := before.dir
		if d.opens {
			from = died.dir
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			runs, refused := 0, 0
			for _, trouble := range disktest.Troubles() {
				for trouble.At = 1; ; trouble.At += *every * max(1, d.rarely) {
					struck, well := d.bears(t, from, trouble)
					if !struck {
						break
					}
					runs++
					if !well {
						refused++
					}
				}
			}
			t.Logf("%d faults, %d of them told of, none lost anything", runs, refused)
		})
	}
}

// copyOf gives a database as a folder has it, on a disk of its own.
func copyOf(t *testing.T, dir string) (*faulty, *disktest.Disk) {
	s := &faulty{dir: t.TempDir(), says: "old", was: "old"}
	must(t, os.CopyFS(s.dir, os.DirFS(dir)))
	return s, disktest.Below(t, s.dir)
}

// bears does the deed on a disk with a trouble, and reports whether that struck, and whether
// it was done all the same.
func (d deed) bears(t *testing.T, from string, trouble disktest.Trouble) (struck, well bool) {
	ctx := t.Context()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%+v: %s", trouble, fmt.Sprintf(format, args...))
	}
	s, disk := copyOf(t, from)
	if !d.opens {
		must(t, s.open(t))
	}
	disk.Break(trouble)
	err := d.do(ctx, s)
	struck, well = disk.Repair() > 0, err == nil
	if err != nil && (!struck || !told(err)) {
		wrong("%v", err)
	}
	died, _ := copyOf(t, s.dir)
	died.says = s.says
	if s.db == nil {
		must(t, s.open(t))
	}
	look := func(s *faulty) {
		t.Helper()
		a, b, err := s.get(ctx)
		if err != nil || a != b || a != s.says && (well || a != s.was) {
			wrong("reads %.10q and %.10q, %v", a, b, err)
		}
	}
	look(s)
	if well && d.after != nil {
		d.after(t, s)
	}
	must(t, died.open(t))
	look(died)
	must(t, died.db.Close())
	if err := s.set(ctx, "newer"); err != nil {
		wrong("afterwards: %v", err)
	}
	if err := s.db.Close(); err != nil {
		wrong("closing: %v", err)
	}
	well = true
	must(t, s.open(t))
	look(s)
	whole(t, s.db)
	must(t, s.db.Close())
	return struck, err == nil
}

// The same for an upgrade: the file is wholly of one version, with all its
// rows, and upgrades when the disk is well.
func TestUpgradeBearsEveryFaultOfItsDisk(t *testing.T) {
	t.Parallel()
	from := firstRelease(t)
	before := rows(t, from)
	runs, refused, seen := 0, 0, map[int]int{}
	one := func(trouble disktest.Trouble) (struck bool) {
		s, disk := copyOf(t, from)
		disk.Break(trouble)
		_, err := store.Upgrade(t.Context(), s.dir, storetest.Schema(t))
		if disk.Repair() == 0 {
			return false
		}
		runs++
		if err != nil {
			refused++
		}
		version, wrong := store.Version(t.Context(), s.dir)
		seen[version]++
		if wrong != nil || version < 1 || version > store.CurrentVersion() || err == nil && version != store.CurrentVersion() || err != nil && !told(err) {
			t.Errorf("%+v: version %d, %v, %v", trouble, version, err, wrong)
		}
		if diff := cmp.Diff(before, rows(t, s.dir)); diff != "" {
			t.Errorf("%+v: %s", trouble, diff)
		}
		if _, err := store.Upgrade(t.Context(), s.dir, storetest.Schema(t)); err != nil {
			t.Errorf("%+v: again: %v", trouble, err)
		}
		if diff := cmp.Diff(before, rows(t, s.dir)); diff != "" {
			t.Errorf("%+v: again: %s", trouble, diff)
		}
		return true
	}
	for _, trouble := range disktest.Troubles() {
		for trouble.At = 1; one(trouble); trouble.At += *every {
		}
	}
	t.Logf("%d faults, %d of them told of, left at version: %v; none lost a row", runs, refused, seen)
}

// told reports whether an error has a sentence, if only for the administrator.
func told(err error) bool {
	for e, ok := errors.AsType[*errs.Error](err); ok; e, ok = errors.AsType[*errs.Error](e.Cause) {
		if e.Text != "" {
			return true
		}
	}
	return false
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
