package app_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/doortest"
)

// syncing counts how often what lies on the disk is made durable.
type syncing struct {
	blob.FS
	times *atomic.Int64
}

func (s syncing) Create(name string) (blob.File, error) {
	f, err := s.FS.Create(name)
	return syncingFile{f, s.times}, err
}

func (s syncing) OpenWrite(name string) (blob.File, error) {
	f, err := s.FS.OpenWrite(name)
	return syncingFile{f, s.times}, err
}

func (s syncing) SyncDir(name string) error {
	s.times.Add(1)
	return s.FS.SyncDir(name)
}

type syncingFile struct {
	blob.File
	times *atomic.Int64
}

func (f syncingFile) Sync() error {
	f.times.Add(1)
	return f.File.Sync()
}

// A blob that comes in one piece waits for the disk as seldom as it can: for its bytes, its
// name, a new folder of names, and the commits of its beginning and its end.
func TestSmallBlobIsSyncedOnce(t *testing.T) {
	t.Parallel()
	var files, commits atomic.Int64
	s := doortest.New(t,
		doortest.WithFiles(func(under blob.FS) blob.FS { return syncing{under, &files} }),
		doortest.WithCommits(func(commit func() error) error { commits.Add(1); return commit() }))
	mountAll(t, s)
	token := "Bearer " + s.Token(t, s.User(t, "alice"))
	push := func(text string) (int64, int64) {
		t.Helper()
		files.Store(0)
		commits.Store(0)
		begun := s.Do(t, http.MethodPost, "/v2/lab/small/blobs/uploads/", nil, "Authorization", token)
		a := s.Do(t, http.MethodPut, begun.Header.Get("Location")+"?digest="+string(digest.FromString(text)), strings.NewReader(text), "Authorization", token)
		if a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return files.Load(), commits.Load()
	}
	if f, c := push("hello"); f != 3 || c != 2 {
		t.Errorf("the first took %d syncs of files and folders, and %d commits", f, c)
	}
	if f, c := push("hello"); f != 2 || c != 2 {
		t.Errorf("the second took %d syncs of files and folders, and %d commits", f, c)
	}
}
