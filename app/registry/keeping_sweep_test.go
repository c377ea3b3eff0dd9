package registry_test

import (
	"bytes"
	"io"
	"io/fs"
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
)

// age makes all files look as old as if the clock had moved with them.
func (f *fixture) age(by time.Duration) {
	f.t.Helper()
	f.ahead.Add(int64(by))
	must(f.t, filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(path, time.Time{}, info.ModTime().Add(-by))
	}))
}

func (f *fixture) sweep() registry.SweepResult {
	f.t.Helper()
	done, err := f.Keeper.Sweep(f.ctx())
	must(f.t, err)
	return done
}

func TestSweepKeepsWhatIsUsedAndLetsTheRestGoInTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	kept := f.push(alice, "lab/hello", "latest", "amd64", 1)
	moved := f.push(alice, "lab/hello", "moved", "amd64", 2)
	f.push(alice, "lab/hello", "moved", "amd64", 3)
	deleted := f.push(alice, "lab/hello", "deleted", "amd64", 4)
	must(t, only(f.DeleteImage(f.ctx(), alice, at, deleted.Digest)))
	loose := uploadBlob(f, alice, "lab/hello", []byte("never named by a manifest"))

	f.age(2 * time.Hour) // more than an upload's life, less than the grace period
	done := f.sweep()
	if done.Images != 0 || done.Blobs != 1 {
		t.Errorf("swept within the grace period: %+v", done)
	}
	wants(t, errs.NotFound, only(f.blob(alice, "lab/hello", loose)))
	_, err := f.Image(f.ctx(), alice, at, byDigest(moved.Digest), "")
	must(t, err)

	f.age(48 * time.Hour)
	done = f.sweep()
	if done.Images != 2 || done.Blobs != 2 {
		t.Errorf("swept after the grace period: %+v", done)
	}
	_, err = f.Image(f.ctx(), alice, at, byDigest(moved.Digest), "")
	wants(t, errs.NotFound, err)
	got, err := f.find(alice, "lab/hello", "latest", "")
	must(t, err)
	file, err := f.OpenFile(got)
	must(t, err)
	defer file.Close()
	body, err := io.ReadAll(file)
	if must(t, err); digest.FromBytes(body) != kept.Content {
		t.Error("the image that is used was spoilt")
	}
	if n := f.files(); n != 3 { // two images and the empty config
		t.Errorf("%d files are left", n)
	}
	f.clean()
}

// clean fails the test unless a check finds everything whole.
func (f *fixture) clean() {
	f.t.Helper()
	found, err := f.Keeper.Check(f.ctx(), true, nil)
	must(f.t, err)
	if len(found.Damage) != 0 || found.Strays != 0 {
		f.t.Errorf("check: %+v", found)
	}
}

// What a sweep says it freed is what the disk has got back, also of a young file, but for one
// that a push is about to name.
func TestSweepCountsTheBytesThatAreFreed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	uploadBlob(f, alice, "lab/hello", []byte("never named by a manifest"))
	held := uploadBlob(f, alice, "lab/hello", []byte("about to be named again"))
	u, err := f.blobs.Create("an-upload-that-is-ending")
	must(t, err)
	_, err = u.Append(f.ctx(), strings.NewReader("about to be named again"), blob.Unlimited)
	must(t, err)
	_, err = u.Commit(held)
	must(t, err)
	f.ahead.Add(int64(2 * time.Hour)) // the files do not age along
	if done := f.sweep(); done.Blobs != 2 || done.Bytes != 25 {
		t.Errorf("%+v", done)
	}
	if _, err := f.blobs.Size(held); err != nil {
		t.Errorf("the file of a push is gone: %v", err)
	}
}

func TestSweepForgetsStaleUploads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	at := path(t, "lab/hello")
	up, err := f.BeginUpload(f.ctx(), alice, at, registry.Announcement{})
	must(t, err)
	// A push in one go that was killed, and one whose row is in another database: neither
	// goes before an upload would that is known.
	killed, err := f.blobs.Create("an-upload-without-a-row")
	must(t, err)
	_, err = killed.Append(f.ctx(), strings.NewReader("half"), blob.Unlimited)
	must(t, err)
	must(t, killed.Close())
	f.age(50 * time.Minute)
	if done := f.sweep(); done != (registry.SweepResult{}) {
		t.Errorf("swept at once: %+v", done)
	}
	f.age(11 * time.Minute)
	if done := f.sweep(); done.Uploads != 2 || done.Unknown != 0 {
		t.Errorf("swept later: %+v", done)
	}
	_, err = f.AppendUpload(f.ctx(), alice, at, up.ID, 0, bytes.NewReader([]byte("x")))
	wants(t, errs.NotFound, err)
	f.clean()
}

func TestCheckFindsEveryDamage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	var files []string
	for seed := range uint64(3) {
		i := f.push(alice, "lab/hello", string(rune('a'+seed)), "amd64", seed+1)
		hex := i.Content.Encoded()
		files = append(files, filepath.Join(f.dir, "blobs", "sha256", hex[:2], hex))
	}
	f.clean()
	spoil := func(name string, fn func([]byte) []byte) {
		body, err := os.ReadFile(name)
		must(t, err)
		must(t, os.Remove(name))
		if body = fn(body); body != nil {
			must(t, os.WriteFile(name, body, 0o444))
		}
	}
	spoil(files[0], func([]byte) []byte { return nil })
	spoil(files[1], func(b []byte) []byte { return b[:len(b)-1] })
	spoil(files[2], func(b []byte) []byte { b[2000] ^= 1; return b })
	must(t, os.WriteFile(filepath.Join(f.dir, "blobs", "sha256", "stray"), nil, 0o600))
	found, err := f.Keeper.Check(f.ctx(), true, nil)
	must(t, err)
	if len(found.Damage) != 3 || found.Strays != 1 {
		t.Errorf("check: %+v", found)
	}
	for _, want := range []string{"is missing", "instead of", "is damaged", "lab/hello@sha256:"} {
		if !strings.Contains(strings.Join(found.Damage, "\n"), want) {
			t.Errorf("no word of %q in %q", want, found.Damage)
		}
	}
	// Pushing the same content again mends it.
	for seed := range uint64(3) {
		f.push(alice, "lab/hello", string(rune('a'+seed)), "amd64", seed+1)
	}
	must(t, os.Remove(filepath.Join(f.dir, "blobs", "sha256", "stray")))
	f.clean()
}

// Without a grace period, a sweep that comes between a push and its tag must not take the
// image that is about to be tagged.
func TestSweepWithoutGraceLeavesTimeToTag(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice := f.user("alice")
	f.push(alice, "lab/hello", "old", "amd64", 0)
	must(t, f.ApplySettings(f.ctx(), graceOnly("")))
	must(t, f.ChangeSettings(f.ctx(), model.Console, map[string]string{"grace": "0"}))
	pushed := f.push(alice, "lab/hello", "", "amd64", 1)
	deleted := f.push(alice, "lab/hello", "latest", "amd64", 2)
	must(t, only(f.DeleteImage(f.ctx(), alice, path(t, "lab/hello"), deleted.Digest)))
	f.age(10 * time.Minute)
	if done := f.sweep(); done.Images != 1 {
		t.Errorf("%d images went, want the deleted one", done.Images)
	}
	must(t, only(f.SetTag(f.ctx(), alice, path(t, "lab/hello"), "v1", byDigest(pushed.Digest))))
	f.push(alice, "lab/hello", "", "amd64", 3)
	f.age(2 * time.Hour)
	if done := f.sweep(); done.Images != 1 {
		t.Errorf("%d images went, want the one that was never tagged", done.Images)
	}
}
