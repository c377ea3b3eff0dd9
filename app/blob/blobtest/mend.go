package blobtest

import (
	"bytes"
	"syscall"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// broken opens a store upon a disk that works so far.
func broken(t *testing.T, open Opener) (*blob.Store, *Disk) {
	t.Helper()
	var disk *Disk
	s := store(t, open, t.TempDir(), blob.WithFS(func(files blob.FS) blob.FS {
		disk = NewDisk(files, Trouble{})
		return disk
	}))
	return s, disk
}

// testFullDisk has a write fail half way, and goes on with the same upload once there is
// room again.
func testFullDisk(t *testing.T, open Opener) {
	s, disk := broken(t, open)
	content := noise(10, 1<<20)
	u := begin(t, s, 1, nil)
	disk.Break(Trouble{At: 2, Err: syscall.ENOSPC, Short: true})
	n, err := u.Append(t.Context(), bytes.NewReader(content), blob.Unlimited)
	wantKind(t, err, errs.NoSpace)
	if n == 0 || n == int64(len(content)) || u.Offset() != n {
		t.Errorf("kept %d bytes, offset %d", n, u.Offset())
	}
	disk.Repair()
	add(t, u, content[n:])
	d, err := u.Commit(digest.FromBytes(content))
	if err != nil {
		t.Fatal(err)
	}
	wantBlob(t, s, d, content)
}

// testBadDisk has a sync fail. The next would work, but what the first could not write
// may be gone by then: nothing may count on it.
func testBadDisk(t *testing.T, open Opener) {
	s, disk := broken(t, open)
	content := noise(11, 1000)
	u := begin(t, s, 1, content[:500])
	point, err := u.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	add(t, u, content[500:])
	disk.Break(Trouble{At: 1, Err: syscall.EIO})
	for range 2 {
		_, err = u.Checkpoint()
		wantKind(t, err, errs.Internal)
		disk.Repair()
	}
	_, err = u.Commit("")
	wantKind(t, err, errs.Internal)
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if u, err = s.Resume(id(1), point); err != nil {
		t.Fatal(err)
	}
	add(t, u, content[500:])
	if _, err := u.Commit(digest.FromBytes(content)); err != nil {
		t.Error(err)
	}
}
