package blobtest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// pushed is push for a blob that something refers to by now.
func pushed(t *testing.T, s *blob.Store, n int, content []byte) digest.Digest {
	t.Helper()
	d := push(t, s, n, content)
	s.Release(d)
	return d
}

// needs gives a Needed of just these blobs.
func needs(blobs ...digest.Digest) blob.Needed {
	return func(d digest.Digest) (bool, error) {
		for _, b := range blobs {
			if b == d {
				return true, nil
			}
		}
		return false, nil
	}
}

func testFree(t *testing.T, open Opener) {
	s := fresh(t, open)
	one, two, held := pushed(t, s, 1, []byte("one")), pushed(t, s, 2, []byte("two")), push(t, s, 3, []byte("held"))
	never := digest.FromString("never seen")
	freed, err := s.Free([]digest.Digest{one, two, held, never}, needs(two))
	if diff := cmp.Diff([]digest.Digest{one}, freed); diff != "" || err != nil {
		t.Errorf("free: %v\n%s", err, diff)
	}
	_, err = s.Size(one)
	wantKind(t, err, errs.NotFound)
	wantBlob(t, s, two, []byte("two"))
	wantBlob(t, s, held, []byte("held"))

	// Two pushes of one content are two reasons to hold it.
	push(t, s, 4, []byte("held"))
	for range 2 {
		if freed, err := s.Free([]digest.Digest{held}, nil); len(freed) != 0 || err != nil {
			t.Errorf("freed though it is held: %v, %v", freed, err)
		}
		s.Release(held)
	}
	if freed, err := s.Free([]digest.Digest{held}, nil); len(freed) != 1 || err != nil {
		t.Errorf("not freed: %v, %v", freed, err)
	}
	// Whether a blob is needed may not be found out.
	failure := errs.E("test", errs.Unavailable, "Not now.")
	_, err = s.Free([]digest.Digest{two}, func(digest.Digest) (bool, error) { return false, failure })
	wantKind(t, err, errs.Unavailable)
	wantBlob(t, s, two, []byte("two"))
	for range 2 {
		if err := s.Remove(two); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
	_, _, err = s.OpenBlob(two)
	wantKind(t, err, errs.NotFound)
}

func testUnknown(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := store(t, open, dir)
	content := noise(12, 5000)
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	d, other := pushed(t, s, 1, content), pushed(t, s, 2, []byte("needed"))
	// What counts is when it was committed, not when its bytes came in.
	slow := begin(t, s, 3, []byte("slow"))
	ancient := past.Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "uploads", id(3)), ancient, ancient); err != nil {
		t.Fatal(err)
	}
	late, err := slow.Commit("")
	if err != nil {
		t.Fatal(err)
	}
	s.Release(late)
	move := func(d digest.Digest, before time.Time, want bool, needed blob.Needed) {
		t.Helper()
		if moved, err := s.QuarantineUnknown(d, before, needed); moved != want || err != nil {
			t.Errorf("set aside %s: %v, %v; want %v", d, moved, err, want)
		}
	}
	move(d, past, false, needs())
	move(late, past, false, needs())
	move(other, future, false, needs(other))
	move(digest.FromString("never seen"), future, false, needs())
	move(d, future, true, needs())
	_, _, err = s.OpenBlob(d)
	wantKind(t, err, errs.NotFound)
	list, err := s.Quarantined()
	if err != nil || len(list) != 1 || list[0].Digest != d || !list[0].Unknown || list[0].Size != 5000 || time.Since(list[0].Since).Abs() > time.Minute {
		t.Errorf("asides: %+v, %v", list, err)
	}

	back := func(want bool) {
		t.Helper()
		if moved, err := s.UnquarantineUnknown(d); moved != want || err != nil {
			t.Errorf("take back: %v, %v; want %v", moved, err, want)
		}
		wantBlob(t, s, d, content)
	}
	back(true)
	back(false)

	// One that was pushed again meanwhile has its name, and the other file is of no use.
	move(d, future, true, needs())
	pushed(t, s, 4, content)
	back(false)
	drop := func(want bool, needed blob.Needed) {
		t.Helper()
		if dropped, err := s.RemoveUnknown(d, needed); dropped != want || err != nil {
			t.Errorf("drop: %v, %v; want %v", dropped, err, want)
		}
	}
	drop(true, needs(d))
	wantBlob(t, s, d, content)
	// One that something refers to again, and that is nowhere else, stays.
	move(d, future, true, needs())
	drop(false, needs(d))
	back(true)
	move(d, future, true, needs())
	drop(true, needs())
	drop(false, needs())
	if list, err := s.Quarantined(); len(list) != 0 || err != nil {
		t.Errorf("left aside: %+v, %v", list, err)
	}
}

// testAsides has damaged files beside others, and what is no file of the store.
func testAsides(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := store(t, open, dir)
	if list, err := s.Quarantined(); len(list) != 0 || err != nil {
		t.Errorf("of none: %+v, %v", list, err)
	}
	content := noise(13, 5000)
	d := pushed(t, s, 1, content)
	seen, err := s.VerifyFile(t.Context(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	if aside, err := s.Quarantine(d, seen); !aside || err != nil {
		t.Fatalf("%v, %v", aside, err)
	}
	for _, name := range []string{"notes.txt", "sha256-abc", "unknown-", "md5-" + d.Encoded()} {
		if err := os.WriteFile(filepath.Join(dir, "quarantine", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Quarantined()
	if err != nil || len(list) != 1 || list[0].Digest != d || list[0].Unknown || time.Since(list[0].Since).Abs() > time.Minute {
		t.Errorf("asides: %+v, %v", list, err)
	}
	if back, err := s.UnquarantineUnknown(d); back || err != nil {
		t.Errorf("a damaged file was taken for one that is merely unknown: %v, %v", back, err)
	}
	if back, err := s.Unquarantine(t.Context(), d, nil); !back || err != nil {
		t.Errorf("%v, %v", back, err)
	}
	wantBlob(t, s, d, content)
	if err := errors.Join(s.RemoveQuarantined(d), s.RemoveQuarantined(d)); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "quarantine"))
	if err != nil || len(left) != 4 {
		t.Errorf("left: %v, %v", left, err)
	}
}
