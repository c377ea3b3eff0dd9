package blobtest

import (
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// testPowerCuts cuts the power before every call of a script, restarts with all that may
// have survived, and looks whether every promise was kept.
func testPowerCuts(t *testing.T, open Opener) {
	for at := 1; ; at++ {
		life := newScript()
		_, disk, err := live(t, open, life, Trouble{At: at})
		for _, cut := range disk.Cuts() {
			dir := t.TempDir()
			if err := disk.Restart(dir, cut); err != nil {
				t.Fatal(err)
			}
			s := store(t, open, dir, quiet())
			wantPromises(t, s, life)
			again := life.clone()
			if err := again.finish(t.Context(), s); err != nil {
				t.Errorf("to go on with the upload: %v", err)
			}
			wantUsable(t, s, again, true)
			if t.Failed() {
				t.Fatalf("after a power cut before call %d, %+v", at, cut)
			}
		}
		if err == nil && disk.Calls() < at {
			return
		}
	}
}

// testTroubles has every call of a script fail in every way, and looks whether the error
// says what it is, and what is left.
func testTroubles(t *testing.T, open Opener) {
	for _, trouble := range Troubles() {
		for trouble.At = 1; ; trouble.At++ {
			life := newScript()
			s, disk, err := live(t, open, life, trouble)
			if err != nil {
				want := errs.NoSpace
				if trouble.Err == syscall.EIO {
					want = errs.Internal
				}
				wantKind(t, err, want)
			}
			calls := disk.Calls()
			disk.Repair()
			if s != nil {
				wantPromises(t, s, life)
				if err := life.finish(t.Context(), s); err != nil {
					t.Errorf("to go on with the upload: %v", err)
				}
				wantUsable(t, s, life, false)
			}
			if t.Failed() {
				t.Fatalf("with call %d: %+v", trouble.At, trouble)
			}
			if calls < trouble.At {
				break
			}
		}
	}
}

// wantUsable fails unless every upload that is left can be taken up from its beginning, and
// then removed, without harm to any blob. After a power cut one may be sealed already.
func wantUsable(t *testing.T, s *blob.Store, life *script, maybeSealed bool) {
	t.Helper()
	left, err := s.Uploads()
	if err != nil {
		t.Error(err)
	}
	for _, listed := range left {
		u, err := s.Resume(listed.ID, blob.Checkpoint{})
		if err == nil {
			err = u.Close()
		}
		if err != nil && !(maybeSealed && errs.Is(err, errs.NotFound)) {
			t.Errorf("to resume %s: %v", listed.ID, err)
		}
		wantPromises(t, s, life)
		if err := s.Discard(listed.ID); err != nil {
			t.Errorf("to discard %s: %v", listed.ID, err)
		}
	}
	wantPromises(t, s, life)
	wantUploads(t, s, 0)
}

// live runs a script on a store upon a new disk; no store if it could not be opened.
func live(t *testing.T, open Opener, life *script, trouble Trouble) (*blob.Store, *Disk, error) {
	t.Helper()
	var disk *Disk
	s, err := open(t.TempDir(), blob.WithFS(func(files blob.FS) blob.FS {
		disk = NewDisk(files, trouble)
		return disk
	}))
	if err != nil {
		return nil, disk, err
	}
	t.Cleanup(func() { s.Close() })
	return s, disk, life.live(t.Context(), s)
}

// quiet spares the real disk the syncs of a store that is only looked at.
func quiet() blob.Option {
	return blob.WithFS(func(files blob.FS) blob.FS { return unsynced{files} })
}

type unsynced struct{ blob.FS }

func (unsynced) SyncDir(string) error { return nil }

// wantPromises fails unless every acknowledged blob is there, no removed one is, and
// whatever else is visible as a blob is whole.
func wantPromises(t *testing.T, s *blob.Store, life *script) {
	t.Helper()
	seen := map[digest.Digest]bool{}
	err := s.Walk(t.Context(), func(e blob.Entry) error {
		if e.Digest == "" {
			t.Errorf("a stray: %s", e.Path)
			return nil
		}
		seen[e.Digest] = true
		return s.Verify(t.Context(), e.Digest)
	})
	if err != nil {
		t.Errorf("walk and verify: %v", err)
	}
	for d, content := range life.must {
		if !seen[d] {
			t.Errorf("%s was acknowledged and is gone", d)
			continue
		}
		wantBlob(t, s, d, content)
	}
	for d := range life.never {
		if seen[d] {
			t.Errorf("%s was removed and is back", d)
		}
	}
}
