package blobtest

import (
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

func testResume(t *testing.T, open Opener) {
	dir := t.TempDir()
	content := noise(4, 1<<20+5)
	size := len(content)
	// Before, at and after the edges of a hash block and of the buffers, and the ends.
	for n, at := range []int{0, 1, 63, 64, 65, 127, 128, 128<<10 - 1, 128 << 10, 512<<10 + 1, size - 1, size} {
		for _, options := range [][]blob.UploadOption{nil, {blob.WithSHA512()}} {
			s := store(t, open, dir)
			u := begin(t, s, n, content[:at], options...)
			point, err := u.Checkpoint()
			if err != nil || point.Offset != int64(at) {
				t.Fatalf("checkpoint at %d: %d, %v", at, point.Offset, err)
			}
			add(t, u, []byte("this is lost"))
			if err := u.Close(); err != nil {
				t.Fatal(err)
			}
			// Another process goes on.
			s = store(t, open, dir)
			if u, err = s.Resume(id(n), point); err != nil {
				t.Fatalf("resume at %d: %v", at, err)
			}
			add(t, u, content[at:])
			want := digest.FromBytes(content)
			if options != nil {
				want = digest.SHA512.FromBytes(content)
			}
			if _, err := u.Commit(want); err != nil {
				t.Errorf("resumed at %d: %v", at, err)
			}
		}
	}
	refuseResume(t, fresh(t, open), content)
}

// refuseResume tries checkpoints that do not fit.
func refuseResume(t *testing.T, s *blob.Store, content []byte) {
	u := begin(t, s, 1, content[:100])
	short, err := u.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	add(t, u, content[100:200])
	long, err := u.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]blob.Checkpoint{
		"no state":        {Offset: 100},
		"another's state": {Offset: 100, State: long.State},
		"cut state":       {Offset: 100, State: short.State[:20]},
		"long state":      {Offset: 100, State: append(short.State[:len(short.State):len(short.State)], 1)},
		"negative":        {Offset: -1},
	} {
		if _, err := s.Resume(id(1), bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	if u, err = s.Resume(id(1), short); err != nil {
		t.Fatal(err)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	// The file was cut to the shorter checkpoint, so the longer one is gone.
	_, err = s.Resume(id(1), long)
	wantKind(t, err, errs.NotFound)
	// The beginning can always be taken up, with and without a file.
	for range 2 {
		if u, err = s.Resume(id(1), blob.Checkpoint{}); err != nil || u.Offset() != 0 {
			t.Fatalf("from the beginning: %v", err)
		}
		if err := u.Abort(); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Resume(id(1), short)
	wantKind(t, err, errs.NotFound)
	wantUploads(t, s, 0)
}

func testOneWriter(t *testing.T, open Opener) {
	s := fresh(t, open)
	u := begin(t, s, 1, []byte("hello"))
	_, err := s.Create(id(1))
	wantKind(t, err, errs.Conflict)
	_, err = s.Resume(id(1), blob.Checkpoint{})
	wantKind(t, err, errs.Conflict)
	wantKind(t, s.Discard(id(1)), errs.Conflict)
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = s.Create(id(1))
	wantKind(t, err, errs.Conflict)
	for range 2 {
		if err := s.Discard(id(1)); err != nil {
			t.Errorf("discard: %v", err)
		}
	}
	begin(t, s, 1, nil)
}
