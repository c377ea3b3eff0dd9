package backup_test

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"sregistry/app/backup"
	"sregistry/app/blob"
	"sregistry/app/blob/blobtest"
	"sregistry/app/errs"
	"sregistry/app/store"
)

var every = flag.Int("every", 29, "which of the calls that a backup and a restore make on the disk are made to fail; 1 is all of them")

// layer puts one disk below all that is opened in a folder, one after the other.
type layer struct {
	once    sync.Once
	trouble blobtest.Trouble
	disk    *blobtest.Disk
}

func (l *layer) files(files blob.FS) blob.FS {
	fresh := false
	l.once.Do(func() {
		fresh = true
		l.disk = blobtest.NewDisk(lasting{files}, l.trouble)
	})
	if !fresh {
		files.Close()
	}
	return l.disk
}

// lasting stays open.
type lasting struct{ blob.FS }

func (lasting) Close() error { return nil }

// quick spares the real disk what is only looked at.
func quick(files blob.FS) blob.FS { return unsynced{files} }

type unsynced struct{ blob.FS }

func (unsynced) SyncDir(string) error { return nil }

// points are the calls that are made to fail, out of so many.
func points(calls int) (list []int) {
	for at := 1; at <= calls+1; at += *every {
		list = append(list, at)
	}
	return list
}

// restores gives how many blobs the newest backup in a folder has, all proven.
func restores(t *testing.T, dir string) int {
	t.Helper()
	done, err := backup.FromFolder(t.Context(), dir, filepath.Join(t.TempDir(), "data"), backup.RestoreOptions{Files: quick})
	if err != nil || len(done.Lost) > 0 {
		t.Fatalf("%v, %+v", err, done.Lost)
	}
	return done.Blobs
}

// Every call on the disk of the backups fails in every way, or is the last before the power
// goes, while a second backup is made that also lets the first go. Whatever happens, the
// newest backup is whole, it is the second if that was acknowledged, and the next run
// heals all.
func TestBackupBearsEveryFaultOfItsDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.push("gone", 1)
	tried, cuts := 0, 0
	run := func(trouble blobtest.Trouble) (calls int) {
		l, dir := &layer{}, t.TempDir()
		o := backup.Options{Keep: 1, Files: l.files}
		one := backup.Source{Dir: s.dir, DB: s.db, Blobs: s.blobs, Files: []string{"server.key"}, Program: "one"}
		_, err := one.ToFolder(t.Context(), dir, o)
		must(t, err)
		before := l.disk.Calls()
		if trouble.At > 0 {
			l.disk.Break(trouble)
		}
		s.push("new", 2) // three blobs instead of two
		_, err = s.source().ToFolder(t.Context(), dir, o)
		calls = l.disk.Calls() - before
		s.delete("new")
		tried++
		if err != nil && (errs.Message(err) == "" || errs.Is(err, errs.Internal)) {
			t.Errorf("%+v: says nothing to a person: %v", trouble, err)
		}
		if errs.Is(err, errs.NoSpace) == (trouble.Err == syscall.EIO) && err != nil && trouble.Err != nil {
			t.Errorf("%+v: %v", trouble, err)
		}
		look := func(dir string) {
			if n := restores(t, dir); n != 2 && n != 3 || err == nil && n != 3 {
				t.Errorf("%+v: %d blobs after %v", trouble, n, err)
			}
			if _, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 1, Files: quick}); err != nil {
				t.Errorf("%+v: the next backup: %v", trouble, err)
			}
			restores(t, dir)
		}
		if trouble.At > 0 && trouble.Err == nil {
			for _, cut := range l.disk.Cuts() {
				after := t.TempDir()
				must(t, l.disk.Restart(after, cut))
				look(after)
				cuts++
			}
			return calls
		}
		l.disk.Repair()
		look(dir)
		return calls
	}
	calls := run(blobtest.Trouble{})
	for _, trouble := range append(blobtest.Troubles(), blobtest.Trouble{}) {
		for _, trouble.At = range points(calls) {
			run(trouble)
		}
	}
	t.Logf("backup: %d calls on the disk; %d runs with a fault or a power cut, %d states after a cut; none lost a backup", calls, tried, cuts)
}

// The same for the folder that is restored to: it is either whole or no data folder.
func TestRestoreBearsEveryFaultOfItsDisk(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	s.push("a", 1)
	s.push("b", 2)
	_, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
	must(t, err)
	tried, cuts := 0, 0
	run := func(trouble blobtest.Trouble) int {
		l, to := &layer{trouble: trouble}, t.TempDir()
		_, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{Files: l.files})
		calls := l.disk.Calls()
		tried++
		if err != nil && (errs.Message(err) == "" || errs.Is(err, errs.Internal)) {
			t.Errorf("%+v: says nothing to a person: %v", trouble, err)
		}
		look := func(to string) {
			_, marked := os.Stat(filepath.Join(to, backup.Unfinished))
			_, based := os.Stat(filepath.Join(to, store.FileName))
			if err == nil && (based != nil || marked == nil) {
				t.Errorf("%+v: not restored, though it was said", trouble)
			}
			if based == nil && marked != nil { // a server would take it
				openSite(t, to).whole(nil)
				return
			}
			again, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{Files: quick})
			if err != nil || again.Blobs != 3 {
				t.Errorf("%+v: again: %v, %+v", trouble, err, again)
			}
		}
		if trouble.At > 0 && trouble.Err == nil {
			for _, cut := range l.disk.Cuts() {
				after := t.TempDir()
				must(t, l.disk.Restart(after, cut))
				look(after)
				cuts++
			}
			return calls
		}
		l.disk.Repair()
		look(to)
		return calls
	}
	calls := run(blobtest.Trouble{})
	for _, trouble := range append(blobtest.Troubles(), blobtest.Trouble{}) {
		for _, trouble.At = range points(calls) {
			run(trouble)
		}
	}
	t.Logf("restore: %d calls on the disk; %d runs with a fault or a power cut, %d states after a cut; none made half a registry", calls, tried, cuts)
}
