package registry_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// unknown brings a file that no row names, as a push leaves it that is killed between its file
// and its row.
func (f *fixture) unknown(text string) digest.Digest {
	f.t.Helper()
	u, err := f.blobs.Create("an-upload-without-a-row")
	must(f.t, err)
	_, err = u.Append(f.ctx(), strings.NewReader(text), blob.Unlimited)
	must(f.t, err)
	d, err := u.Commit("")
	must(f.t, err)
	f.blobs.Release(d)
	return d
}

func (f *fixture) asides() int {
	f.t.Helper()
	list, err := f.blobs.Quarantined()
	must(f.t, err)
	return len(list)
}

func TestUnknownFilesAreKeptInQuarantineForTheGracePeriod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	d := f.unknown("who wrote this?")
	if done := f.sweep(); done != (registry.SweepResult{}) {
		t.Errorf("swept at once: %+v", done)
	}
	f.age(2 * time.Hour)
	if done := f.sweep(); done.Unknown != 1 || done.Blobs != 0 {
		t.Errorf("%+v", done)
	}
	if f.files() != 0 || f.asides() != 1 {
		t.Errorf("%d files, %d in quarantine", f.files(), f.asides())
	}
	if h, err := f.Health(f.ctx(), model.Console); err != nil || h.Unknown != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	f.age(23 * time.Hour)
	f.sweep()
	if f.asides() != 1 {
		t.Error("it went within the grace period")
	}
	f.age(2 * time.Hour)
	f.sweep()
	if f.asides() != 0 || f.files() != 0 {
		t.Errorf("%s stays for ever", d)
	}
}

// finders are all ways in which a file is found again whose row is back.
var finders = map[string]func(f *fixture, alice model.Actor, i model.Image){
	"start": func(f *fixture, _ model.Actor, _ model.Image) { must(f.t, f.Keeper.RestoreFiles(f.ctx())) },
	"check": func(f *fixture, _ model.Actor, _ model.Image) {
		found, err := f.Keeper.Check(f.ctx(), false, nil)
		if must(f.t, err); found.Restored == 0 || len(found.Damage) > 0 || found.Unknown != 0 {
			f.t.Errorf("%+v", found)
		}
	},
	"pull": func(f *fixture, _ model.Actor, i model.Image) {
		file, err := f.OpenFile(i)
		must(f.t, err)
		file.Close()
	},
	"pull of a blob": func(f *fixture, alice model.Actor, i model.Image) {
		must(f.t, only(f.blob(alice, "lab/hello", i.Content)))
	},
	"scrub": func(f *fixture, _ model.Actor, i model.Image) {
		must(f.t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), i.Content) }))
		if done := f.scrub(); done.Damaged != 0 {
			f.t.Errorf("%+v", done)
		}
	},
	"recheck": func(f *fixture, _ model.Actor, i model.Image) {
		must(f.t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.MarkCorrupt(f.ctx(), i.Content, "is missing") }))
		if recovered, err := f.Scrubber.Recheck(f.ctx()); recovered != 1 || err != nil {
			f.t.Errorf("%d, %v", recovered, err)
		}
	},
	"sweep": func(f *fixture, _ model.Actor, _ model.Image) { f.sweep() },
	"push": func(f *fixture, alice model.Actor, _ model.Image) {
		_, err := f.Push(f.ctx(), alice, path(f.t, "lab/hello"), "latest", bytes.NewReader(image(f.t, "amd64", 1)))
		must(f.t, err)
	},
}

// The database was another one for so long that its sweep has set the files aside.
func TestFilesAreFoundAgainWhenTheirRowsAreBack(t *testing.T) {
	t.Parallel()
	for name, find := range finders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			alice := f.user("alice")
			i := f.push(alice, "lab/hello", "latest", "amd64", 1)
			right := f.db
			f.db = storetest.New(t, store.WithClock(func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }))
			f.anew()
			f.age(2 * time.Hour)
			if done := f.sweep(); done.Unknown != 2 || f.files() != 0 {
				t.Fatalf("%+v, %d files", done, f.files())
			}
			f.db = right
			f.anew()
			find(f, alice, i)
			f.isThere(alice, i)
			f.sweep()
			f.isThere(alice, i)
			must(t, f.Keeper.RestoreFiles(f.ctx()))
			f.clean()
			if f.asides() != 0 {
				t.Errorf("%d are left in quarantine", f.asides())
			}
		})
	}
}

// While the database may not know all files, nothing goes that somebody could miss.
func TestNothingIsSweptUntilTheDatabaseIsTrusted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	deleted := f.push(alice, "lab/hello", "deleted", "amd64", 1)
	must(t, only(f.DeleteImage(f.ctx(), alice, at, deleted.Digest)))
	f.push(alice, "lab/hello", "", "amd64", 2)
	uploadBlob(f, alice, "lab/hello", []byte("never named by a manifest"))
	must(t, only(f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})))
	f.unknown("who wrote this?")
	must(t, os.MkdirAll(filepath.Join(f.dir, "quarantine"), 0o700))
	must(t, os.WriteFile(filepath.Join(f.dir, "quarantine", "sha256-"+digest.FromString("damaged").Encoded()), nil, 0o600))
	f.age(30 * 24 * time.Hour)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetArrived(f.ctx(), true) }))
	files := f.files()
	for range 3 {
		done := f.sweep()
		if done.Paused.IsZero() {
			t.Error("it is not said that nothing is swept")
		}
		done.Paused = time.Time{}
		if done != (registry.SweepResult{}) || f.files() != files || f.asides() != 1 {
			t.Errorf("swept: %+v, %d of %d files", done, f.files(), files)
		}
		f.age(7 * time.Hour)
	}
	if h, err := f.Health(f.ctx(), model.Console); err != nil || h.CleanupPaused.IsZero() {
		t.Errorf("%+v, %v", h, err)
	}
	f.age(4 * time.Hour) // a grace period is over
	if done := f.sweep(); done.Images != 2 || done.Blobs != 4 || done.Unknown != 1 || done.Uploads != 1 || !done.Paused.IsZero() {
		t.Errorf("%+v", done)
	}
}

func TestCleanupIsResumedByAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.SetArrived(f.ctx(), true) }))
	wants(t, errs.Forbidden, only(f.ResumeCleanup(f.ctx(), alice)))
	if done := f.sweep(); done.Paused.IsZero() {
		t.Errorf("%+v", done)
	}
	must(t, only(f.ResumeCleanup(f.ctx(), model.Console)))
	if done := f.sweep(); !done.Paused.IsZero() {
		t.Errorf("%+v", done)
	}
}

// A push whose file is there, and whose row is not yet, keeps its file, whatever is swept.
func TestWhatAPushIsAboutToNameIsNotSwept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u, err := f.blobs.Create("an-upload-that-is-ending")
	must(t, err)
	_, err = u.Append(f.ctx(), strings.NewReader("a long time between file and row"), blob.Unlimited)
	must(t, err)
	d, err := u.Commit("")
	must(t, err)
	f.age(12 * time.Hour)
	if done := f.sweep(); done.Unknown != 0 {
		t.Errorf("%+v", done)
	}
	if _, err := f.blobs.Size(d); err != nil {
		t.Error(err)
	}
}

// A file that does not have its size is damage, whoever opens it. A client must not be told
// that what is left of it is all.
func TestFileOfAnotherSizeIsNotGivenOut(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(body []byte) []byte{
		"cut":   func(b []byte) []byte { return b[:1000] },
		"empty": func([]byte) []byte { return nil },
		"grown": func(b []byte) []byte { return append(b, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newScrubbed(t)
			alice := f.user("alice")
			i := f.push(alice, "lab/hello", "latest", "amd64", 1)
			body, err := os.ReadFile(f.fileOf(i.Content))
			must(t, err)
			must(t, os.Remove(f.fileOf(i.Content)))
			must(t, os.WriteFile(f.fileOf(i.Content), cut(body), 0o444))
			for what, open := range map[string]func() error{
				"the file": func() error { return only(f.OpenFile(i)) },
				"the blob": func() error { return only(f.blob(alice, "lab/hello", i.Content)) },
				"what is inside": func() error {
					return only(f.Files(f.ctx(), i, "", 0))
				},
			} {
				if err := open(); !errs.Is(err, errs.NotFound) || !strings.Contains(errs.Message(err), "damaged") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if done := f.scrub(); done.Damaged != 1 { // it was told
				t.Errorf("%+v", done)
			}
			f.isGone(alice, i)
			f.push(alice, "lab/hello", "latest", "amd64", 1)
			f.isThere(alice, i)
		})
	}
}

// The same for what a push looks at, whose answer would depend on half of a file.
func TestPushDoesNotLookIntoAFileOfAnotherSize(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	body := image(t, "amd64", 1)
	d := uploadBlob(f, alice, "lab/hello", body)
	must(t, os.Remove(f.fileOf(d)))
	must(t, os.WriteFile(f.fileOf(d), body[:1000], 0o444))
	_, err := f.CreateFileImage(f.ctx(), alice, path(t, "lab/hello"), d, "")
	wants(t, errs.NotFound, err)
	must(t, f.PutBlob(f.ctx(), alice, path(t, "lab/hello"), d, io.NopCloser(bytes.NewReader(body))))
	must(t, only(f.CreateFileImage(f.ctx(), alice, path(t, "lab/hello"), d, "")))
}
