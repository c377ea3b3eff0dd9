package registry_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/app/store"
)

const scrubPeriod = 30 * 24 * time.Hour

// newScrubbed is newFixture for a registry that reads its files.
func newScrubbed(t *testing.T) *fixture {
	f := newFixture(t)
	f.Service = registry.New(f.db, f.blobs, registry.Settings{UserCollections: true, Grace: 24 * time.Hour, UploadLife: time.Hour,
		ScrubEvery: scrubPeriod, ScrubRate: 1 << 40}, slog.New(slog.DiscardHandler))
	return f
}

func (f *fixture) scrub() registry.ScrubResult {
	f.t.Helper()
	done, err := f.Scrubber.RunDue(f.ctx())
	must(f.t, err)
	return done
}

func (f *fixture) fileOf(d digest.Digest) string {
	return filepath.Join(f.dir, "blobs", string(d.Algorithm()), d.Encoded()[:2], d.Encoded())
}

func (f *fixture) spoil(d digest.Digest) {
	f.t.Helper()
	body, err := os.ReadFile(f.fileOf(d))
	must(f.t, err)
	body[len(body)/2] ^= 1
	must(f.t, os.Chmod(f.fileOf(d), 0o600))
	must(f.t, os.WriteFile(f.fileOf(d), body, 0o444))
}

func (f *fixture) damage() []model.CorruptBlob {
	f.t.Helper()
	page, err := f.Overview(f.ctx(), model.Console, model.DefaultLimit)
	must(f.t, err)
	return page.Corrupt
}

func TestEveryBlobIsReadOnceInAPeriod(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/hello", "a", "amd64", 1)
	f.push(alice, "lab/hello", "b", "amd64", 2)
	if done := f.scrub(); done.Blobs != 0 { // they were hashed when they came
		t.Errorf("read at once: %+v", done)
	}
	f.ahead.Add(int64(scrubPeriod + time.Minute))
	if done := f.scrub(); done.Blobs != 3 || done.Damaged != 0 {
		t.Errorf("read after a period: %+v", done)
	}
	if done := f.scrub(); done.Blobs != 0 {
		t.Errorf("read again: %+v", done)
	}
	sound, err := f.ImageIntegrity(f.ctx(), alice, path(t, "lab/hello"), i)
	if must(t, err); time.Now().Add(scrubPeriod).Sub(sound.Verified) > time.Hour || len(sound.Damaged) > 0 {
		t.Errorf("%+v", sound)
	}
	stranger := f.user("stranger")
	_, err = f.ImageIntegrity(f.ctx(), stranger, path(t, "lab/hello"), i)
	wants(t, errs.NotFound, err)
	_, err = f.Overview(f.ctx(), stranger, 1)
	wants(t, errs.Forbidden, err)
	_, err = f.Health(f.ctx(), stranger)
	wants(t, errs.Forbidden, err)
}

// heals are all the ways in which content comes in.
var heals = map[string]func(f *fixture, alice model.Actor, body []byte){
	"a whole push": func(f *fixture, alice model.Actor, body []byte) {
		_, err := f.Push(f.ctx(), alice, path(f.t, "lab/hello"), "latest", bytes.NewReader(body))
		must(f.t, err)
	},
	"a whole push elsewhere": func(f *fixture, alice model.Actor, body []byte) {
		_, err := f.Push(f.ctx(), alice, path(f.t, "other/place"), "latest", bytes.NewReader(body))
		must(f.t, err)
	},
	"a blob in one go": func(f *fixture, alice model.Actor, body []byte) {
		must(f.t, f.PutBlob(f.ctx(), alice, path(f.t, "lab/hello"), digest.FromBytes(body), bytes.NewReader(body)))
	},
	"an upload": func(f *fixture, alice model.Actor, body []byte) {
		uploadBlob(f, alice, "lab/hello", body)
	},
	"an upload elsewhere": func(f *fixture, alice model.Actor, body []byte) {
		uploadBlob(f, alice, "other/place", body)
	},
}

func TestDamagedContentIsNotThereUntilItIsPushedAgain(t *testing.T) {
	t.Parallel()
	for name, heal := range heals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newScrubbed(t)
			alice := f.user("alice")
			i := f.push(alice, "lab/hello", "latest", "amd64", 1)
			whole := f.push(alice, "lab/hello", "whole", "amd64", 2)
			f.spoil(i.Content)
			f.ahead.Add(int64(scrubPeriod + time.Minute))
			if done := f.scrub(); done.Damaged != 1 || done.Blobs != 3 {
				t.Fatalf("%+v", done)
			}
			f.isGone(alice, i)
			list := f.damage()
			if len(list) != 1 || list[0].Digest != i.Content || len(list[0].Images) != 1 || !strings.Contains(list[0].Images[0], "lab/hello@") {
				t.Errorf("%+v", list)
			}
			if h, err := f.Health(f.ctx(), model.Console); err != nil || h.Damaged != 1 || h.Blobs != 3 || h.DiskSize < h.DiskFree || h.DiskFree == 0 {
				t.Errorf("%+v, %v", h, err)
			}
			if _, err := f.blob(alice, "lab/hello", whole.Content); err != nil {
				t.Errorf("the other image: %v", err)
			}
			heal(f, alice, image(t, "amd64", 1))
			f.isThere(alice, i)
			if len(f.damage()) != 0 {
				t.Errorf("damaged still: %v", f.damage())
			}
			f.sweep()
			if left, err := f.blobs.Quarantined(); err != nil || len(left) != 0 {
				t.Errorf("left aside: %v, %v", left, err)
			}
			f.clean()
		})
	}
}

// isGone fails the test unless damaged content is there by no way of asking.
func (f *fixture) isGone(alice model.Actor, i model.Image) {
	t, at := f.t, path(f.t, "lab/hello")
	t.Helper()
	wants(t, errs.NotFound, only(f.blob(alice, "lab/hello", i.Content)))
	_, err := f.OpenFile(i)
	wants(t, errs.NotFound, err)
	_, err = f.Manifest(f.ctx(), alice, at, tag("latest"))
	wants(t, errs.NotFound, err)
	if !strings.Contains(errs.Message(err), "damaged") {
		t.Errorf("the manifest: %v", err)
	}
	_, err = f.Manifest(f.ctx(), alice, at, byDigest(i.Digest))
	wants(t, errs.NotFound, err)
	wants(t, errs.NotFound, f.MountBlob(f.ctx(), alice, path(t, "lab/new"), at, i.Content))
	wants(t, errs.NotFound, f.MountVisible(f.ctx(), alice, path(t, "lab/new"), i.Content))
	_, err = f.CreateFileImage(f.ctx(), alice, at, i.Content, "")
	wants(t, errs.BlobUnknown, err)
	_, err = f.PutManifest(f.ctx(), alice, at, tag("again"), manifest.OCIManifest, manifest.ForFile(i.Content, i.Size))
	wants(t, errs.BlobUnknown, err)
	if found, err := f.find(alice, "lab/hello", "latest", ""); err != nil || !found.Damaged {
		t.Errorf("the image is not said to be damaged: %v", err)
	}
}

func (f *fixture) isThere(alice model.Actor, i model.Image) {
	t := f.t
	t.Helper()
	must(t, only(f.Manifest(f.ctx(), alice, path(t, "lab/hello"), byDigest(i.Digest))))
	body, err := f.blob(alice, "lab/hello", i.Content)
	if must(t, err); digest.FromString(body) != i.Content {
		t.Error("it has another content")
	}
}

// A disk that comes back brings its files back.
func TestWhatIsWholeAfterAllIsTakenBack(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	i := f.push(alice, "lab/hello", "latest", "amd64", 1)
	away := f.fileOf(i.Content) + ".away"
	must(t, os.Rename(f.fileOf(i.Content), away))
	_, err := f.OpenFile(i) // somebody finds it missing
	wants(t, errs.NotFound, err)
	if done := f.scrub(); done.Damaged != 1 || done.Blobs != 1 {
		t.Errorf("%+v", done)
	}
	if n, err := f.Scrubber.Recheck(f.ctx()); n != 0 || err != nil {
		t.Errorf("%d healed: %v", n, err)
	}
	f.isGone(alice, i)
	must(t, os.Rename(away, f.fileOf(i.Content)))
	if n, err := f.Scrubber.Recheck(f.ctx()); n != 1 || err != nil {
		t.Errorf("%d healed: %v", n, err)
	}
	f.isThere(alice, i)
	// The same for a file that was set aside, though it is whole.
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.MarkCorrupt(f.ctx(), i.Content, "cannot be read") }))
	seen, err := f.blobs.VerifyFile(f.ctx(), i.Content, nil)
	must(t, err)
	if aside, err := f.blobs.Quarantine(i.Content, seen); !aside || err != nil {
		t.Fatal(aside, err)
	}
	f.isGone(alice, i)
	if n, err := f.Scrubber.Recheck(f.ctx()); n != 1 || err != nil {
		t.Errorf("%d healed: %v", n, err)
	}
	f.isThere(alice, i)
}

func TestDiskThatIsGoneIsNotTakenForDamage(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	const many = 40
	for seed := range uint64(many) {
		f.push(alice, "lab/hello", "latest", "amd64", seed+1)
	}
	must(t, os.Rename(filepath.Join(f.dir, "blobs", "sha256"), filepath.Join(f.dir, "away")))
	f.ahead.Add(int64(scrubPeriod + time.Minute))
	done, err := f.Scrubber.RunDue(f.ctx())
	wants(t, errs.Unavailable, err)
	if done.Damaged != 20 {
		t.Errorf("%+v", done)
	}
	// Neither the next rounds nor a restart mark more, and the health page tells.
	for range 3 {
		done, err := f.Scrubber.RunDue(f.ctx())
		wants(t, errs.Unavailable, err)
		if done != (registry.ScrubResult{}) {
			t.Errorf("again: %+v", done)
		}
		f.anew()
	}
	if h, err := f.Health(f.ctx(), model.Console); err != nil || h.Damaged != 20 || h.ScrubPaused.IsZero() {
		t.Errorf("%+v, %v", h, err)
	}
	must(t, os.Rename(filepath.Join(f.dir, "away"), filepath.Join(f.dir, "blobs", "sha256")))
	if done, err := f.Scrubber.RunDue(f.ctx()); err != nil || done.Blobs != many+1-20 || done.Damaged != 0 {
		t.Errorf("with the disk back: %+v, %v", done, err)
	}
	if n, err := f.Scrubber.Recheck(f.ctx()); n != 20 || err != nil {
		t.Errorf("%d healed: %v", n, err)
	}
	if h, err := f.Health(f.ctx(), model.Console); err != nil || h.Damaged != 0 || !h.ScrubPaused.IsZero() {
		t.Errorf("%+v, %v", h, err)
	}
	f.clean()
}

// anew has another process serve the same folder.
func (f *fixture) anew() {
	f.Service = registry.New(f.db, f.blobs, f.Settings(), slog.New(slog.DiscardHandler))
}

// Damaged blobs count from one round to the next, and a whole one begins the count anew.
func TestDamagedBlobsAreCountedOverRounds(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	lose := func(seed uint64) {
		i := f.push(alice, "lab/hello", "latest", "amd64", seed)
		must(t, os.Remove(f.fileOf(i.Content)))
		must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), i.Content) }))
	}
	for seed := range uint64(19) {
		lose(seed)
		if done := f.scrub(); done.Damaged != 1 {
			t.Fatalf("round %d: %+v", seed, done)
		}
		f.anew()
	}
	whole := f.push(alice, "lab/hello", "whole", "amd64", 100)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), whole.Content) }))
	f.scrub()
	for seed := range uint64(19) {
		lose(200 + seed)
		f.scrub()
		f.anew()
	}
	lose(300)
	done, err := f.Scrubber.RunDue(f.ctx())
	wants(t, errs.Unavailable, err)
	if done.Damaged != 1 {
		t.Errorf("%+v", done)
	}
}

// Where a part of the disk can be read, single files that are whole do not resume a scrub: it
// would mark twenty more each time. An administrator can resume it.
func TestPausedScrubIsResumedByAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	for seed := range uint64(40) {
		i := f.push(alice, "lab/hello", "latest", "amd64", seed+1)
		if seed > 3 {
			must(t, os.Remove(f.fileOf(i.Content)))
			must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), i.Content) }))
		}
	}
	if done, err := f.Scrubber.RunDue(f.ctx()); done.Damaged != 20 || !errs.Is(err, errs.Unavailable) {
		t.Fatalf("%+v, %v", done, err)
	}
	for range 5 {
		done, err := f.Scrubber.RunDue(f.ctx())
		wants(t, errs.Unavailable, err)
		if done != (registry.ScrubResult{}) {
			t.Errorf("%+v", done)
		}
	}
	wants(t, errs.Forbidden, only(f.ResumeScrub(f.ctx(), alice)))
	wants(t, errs.Unauthenticated, only(f.ResumeScrub(f.ctx(), model.Anonymous)))
	must(t, only(f.ResumeScrub(f.ctx(), model.Console)))
	if done, err := f.Scrubber.RunDue(f.ctx()); done.Damaged != 16 || err != nil {
		t.Errorf("%+v, %v", done, err)
	}
}

// The same content is pushed again and again while the scrub finds it damaged and sets it
// aside: whatever is acknowledged is there and whole in the end.
func TestScrubTakesNothingAwayThatIsPushedMeanwhile(t *testing.T) {
	t.Parallel()
	f := newScrubbed(t)
	alice := f.user("alice")
	body := image(t, "amd64", 1)
	i := f.push(alice, "lab/hello", "latest", "amd64", 1)
	var work sync.WaitGroup
	ctx, stop := context.WithCancel(f.ctx())
	damaged := 0
	work.Go(func() {
		for ctx.Err() == nil {
			// A file of another inode, as bad memory might have written it.
			bad := filepath.Join(f.dir, "bad")
			if os.WriteFile(bad, []byte("not it"), 0o600) == nil {
				_ = os.Rename(bad, f.fileOf(i.Content))
			}
			must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), i.Content) }))
			done, err := f.Scrubber.RunDue(f.ctx())
			must(t, err)
			damaged += done.Damaged
		}
	})
	for range 60 {
		_, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "latest", bytes.NewReader(body))
		must(t, err)
	}
	stop()
	work.Wait()
	_, err := f.Push(f.ctx(), alice, path(t, "lab/hello"), "latest", bytes.NewReader(body))
	must(t, err)
	must(t, f.db.Update(f.ctx(), func(tx *store.Tx) error { return tx.RequestScrub(f.ctx(), i.Content) }))
	f.scrub()
	f.isThere(alice, i)
	f.clean()
	t.Logf("60 pushes, %d times set aside", damaged)
	if strays := f.count(func(e blob.Entry) bool { return e.Digest == "" }); strays != 0 {
		t.Errorf("%d strays", strays)
	}
}
