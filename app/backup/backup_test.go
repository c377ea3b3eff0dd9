package backup_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
	"sregistry/app/errs"
	"sregistry/app/ref"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// A backup can be made in two ways, which must come to the same.
var ways = map[string]func(t testing.TB, s *site, to string) (backup.Restored, error){
	"folder": func(t testing.TB, s *site, to string) (backup.Restored, error) {
		dir := t.TempDir()
		_, err := s.source().ToFolder(t.Context(), dir, backup.Options{})
		must(t, err)
		return backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
	},
	"stream": func(t testing.TB, s *site, to string) (backup.Restored, error) {
		var b bytes.Buffer
		_, err := s.source().ToStream(t.Context(), &b, backup.Options{})
		must(t, err)
		return backup.FromStream(t.Context(), &b, to, backup.RestoreOptions{})
	},
}

func TestWhatIsRestoredIsWhatWasBackedUp(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			tags := map[string]digest.Digest{"a": s.push("a", 1), "b": s.push("b", 2), "same": s.push("same", 1)}
			to := filepath.Join(t.TempDir(), "new", "data")
			done, err := way(t, s, to)
			must(t, err)
			if len(done.Lost) != 0 || done.Blobs != 3 { // two images and the empty config
				t.Errorf("restored %+v", done)
			}
			openSite(t, to).whole(tags)
			text, err := os.ReadFile(filepath.Join(to, "server.key"))
			if must(t, err); string(text) != key {
				t.Errorf("the key is %q", text)
			}
			for _, name := range []string{"server.key", store.FileName} {
				if info, err := os.Stat(filepath.Join(to, name)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", name, info.Mode(), err)
				}
			}
			left, err := filepath.Glob(filepath.Join(s.dir, store.SnapshotFolder, "*"))
			if err != nil || len(left) != 0 {
				t.Errorf("left in the data folder: %v, %v", left, err)
			}
		})
	}
}

func TestEveryBackupAfterTheFirstCopiesOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	s.push("a", 1)
	s.push("b", 2)
	for _, want := range []int{3, 0, 1} {
		r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 7})
		if must(t, err); r.Copied != want {
			t.Errorf("copied %d blobs, want %d", r.Copied, want)
		}
		if want == 0 {
			s.push("c", 3)
		}
	}
	list, err := backup.List(dir)
	if must(t, err); len(list) != 3 || list[0].Blobs != 3 || list[2].Blobs != 4 {
		t.Errorf("%+v", list)
	}
	// Any of them can be restored.
	to := filepath.Join(t.TempDir(), "data")
	_, err = backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{Name: list[0].Name})
	must(t, err)
	old := openSite(t, to)
	if _, err := old.Image(t.Context(), old.alice, old.path(), ref.Reference{Tag: "c"}, ""); !errs.Is(err, errs.NotFound) {
		t.Errorf("what was pushed later: %v", err)
	}
}

func TestOldBackupsGoWithWhatOnlyTheyNeeded(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	tags := map[string]digest.Digest{"kept": s.push("kept", 100)}
	for n := range uint64(4) {
		tag := fmt.Sprint("t", n)
		d := s.push(tag, n+1)
		r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 2})
		must(t, err)
		if _, err := os.Stat(blobFile(dir, d)); err != nil {
			t.Error(err)
		}
		if want := min(int(n)/2, 1); r.Dropped != want || r.Removed != want {
			t.Errorf("backup %d: %+v", n, r)
		}
		s.delete(tag)
		s.sweep()
	}
	to := filepath.Join(t.TempDir(), "data")
	_, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
	must(t, err)
	openSite(t, to).whole(tags)
}

// Everything is deleted and swept as soon as the first blob is copied.
func TestSweepsSpareWhatABackupStillNeeds(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(s *site, o backup.Options, to string) error{
		"folder": func(s *site, o backup.Options, to string) error {
			dir := t.TempDir()
			if _, err := s.source().ToFolder(t.Context(), dir, o); err != nil {
				return err
			}
			_, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
			return err
		},
		"stream": func(s *site, o backup.Options, to string) error {
			var b bytes.Buffer
			if _, err := s.source().ToStream(t.Context(), &b, o); err != nil {
				return err
			}
			_, err := backup.FromStream(t.Context(), &b, to, backup.RestoreOptions{})
			return err
		},
	} {
		s := newSite(t)
		tags := map[string]digest.Digest{}
		for n := range uint64(5) {
			tags[fmt.Sprint("t", n)] = s.push(fmt.Sprint("t", n), n+1)
		}
		swept := 0
		o := backup.Options{Progress: func(r backup.Report) {
			if r.Copied == 1 {
				for tag := range tags {
					s.delete(tag)
				}
			}
			swept += s.sweep().Blobs
		}}
		to := filepath.Join(t.TempDir(), "data")
		must(t, way(s, o, to))
		openSite(t, to).whole(tags)
		if swept += s.sweep().Blobs; swept != 6 {
			t.Errorf("%s: %d blobs were swept in the end", name, swept) // five images and the empty config
		}
	}
}

func TestBackupThatWasHeldUpTooLongSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.push("a", 1)
	s.push("b", 2)
	_, err := s.source().ToFolder(t.Context(), t.TempDir(), backup.Options{Progress: func(backup.Report) {
		late, err := store.Open(t.Context(), s.dir, storetest.Schema(t), store.WithClock(func() time.Time { return time.Now().Add(time.Hour) }))
		must(t, err)
		defer late.Close()
		must(t, late.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Pin(t.Context(), "another", time.Minute), tx.Unpin(t.Context(), "another")) // forgets the expired
		}))
		s.delete("a")
		s.delete("b")
		s.sweep()
	}})
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(errs.Message(err), "held up") {
		t.Error(err)
	}
}

func TestDamagedBlobIsNamedAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	for name, way := range ways {
		for what, harm := range map[string]func(file string){
			"is missing":        func(file string) { must(t, os.Remove(file)) },
			"instead of":        func(file string) { must(t, os.Chmod(file, 0o600)); must(t, os.Truncate(file, 10)) },
			"does not have the": func(file string) { spoil(t, file) },
		} {
			s := newSite(t)
			bad := s.push("bad", 1)
			tags := map[string]digest.Digest{"good": s.push("good", 2)}
			harm(s.file(bad))
			to := filepath.Join(t.TempDir(), "data")
			done, err := way(t, s, to)
			must(t, err)
			if len(done.Lost) != 1 || done.Lost[0].Digest != bad || !strings.Contains(done.Lost[0].What, what) ||
				len(done.Lost[0].Images) != 1 || !strings.HasPrefix(done.Lost[0].Images[0], "lab/hello@sha256:") {
				t.Errorf("%s, %s: %+v", name, what, done.Lost)
			}
			new := openSite(t, to)
			found, err := new.Keeper.Check(t.Context(), true, nil)
			if must(t, err); len(found.Damage) != 1 {
				t.Errorf("%s, %s: %v", name, what, found.Damage)
			}
			tags["bad"] = new.push("bad", 1) // which mends it
			new.whole(tags)
		}
	}
}

// What was copied while it was whole is not lost when it is damaged later.
func TestBackupKeepsWhatTheRegistryHasLost(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	tags := map[string]digest.Digest{"a": s.push("a", 1)}
	for range 2 {
		r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 1})
		if must(t, err); len(r.Damaged) > 0 {
			t.Errorf("%+v", r)
		}
		_ = os.Remove(s.file(tags["a"]))
	}
	to := filepath.Join(t.TempDir(), "data")
	_, err := backup.FromFolder(t.Context(), dir, to, backup.RestoreOptions{})
	must(t, err)
	openSite(t, to).whole(maps.Clone(tags))
}
