package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sregistry/app/blob"
)

// watcher is a layer below a registry's files and around its commits. Before and after each
// call it copies the data folder: that is what the program would leave if it were killed
// there, since the kernel keeps what was written.
type watcher struct {
	t     testing.TB
	data  string // changed only between two acts
	to    string // the folder of the copies
	every int    // which of the points are copied

	mu     sync.Mutex
	on     bool
	all    int // points of all acts
	points int // of this one
	copies []copied
}

// copied is what was there at a point.
type copied struct {
	point int
	dir   string
}

// begin has the points looked at, from now on to the end.
func (w *watcher) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on, w.points, w.copies = true, 0, nil
}

func (w *watcher) end() (points int, copies []copied) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = false
	return w.points, w.copies
}

// look is one point. Nothing else may be going on meanwhile: mu is held.
func (w *watcher) look() {
	if !w.on {
		return
	}
	w.points++
	if w.all++; w.all%w.every != 0 {
		return
	}
	to, err := os.MkdirTemp(w.to, "point")
	if err == nil {
		err = os.CopyFS(to, os.DirFS(w.data))
	}
	if err != nil {
		w.t.Errorf("copying the data: %v", err)
		return
	}
	w.copies = append(w.copies, copied{w.points, to})
}

// around does one call, between two points.
func (w *watcher) around(call func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	err := call()
	w.look()
	return err
}

// files is the layer below the blobs.
func (w *watcher) files(under blob.FS) blob.FS { return watchedFS{under, w} }

type watchedFS struct {
	blob.FS
	w *watcher
}

func (f watchedFS) Create(name string) (blob.File, error) {
	return f.open(func() (blob.File, error) { return f.FS.Create(name) })
}

func (f watchedFS) OpenWrite(name string) (blob.File, error) {
	return f.open(func() (blob.File, error) { return f.FS.OpenWrite(name) })
}

func (f watchedFS) open(call func() (blob.File, error)) (file blob.File, err error) {
	err = f.w.around(func() error {
		file, err = call()
		return err
	})
	if err != nil {
		return nil, err
	}
	return watchedFile{file, f.w}, nil
}

func (f watchedFS) Open(name string) (file *os.File, err error) {
	err = f.w.around(func() error {
		file, err = f.FS.Open(name)
		return err
	})
	return file, err
}

func (f watchedFS) Stat(name string) (info fs.FileInfo, err error) {
	err = f.w.around(func() error {
		info, err = f.FS.Stat(name)
		return err
	})
	return info, err
}

func (f watchedFS) ReadDir(name string) (names []string, err error) {
	err = f.w.around(func() error {
		names, err = f.FS.ReadDir(name)
		return err
	})
	return names, err
}

func (f watchedFS) Mkdir(name string) error {
	return f.w.around(func() error { return f.FS.Mkdir(name) })
}

func (f watchedFS) Chtimes(name string, changed time.Time) error {
	return f.w.around(func() error { return f.FS.Chtimes(name, changed) })
}

func (f watchedFS) Rename(from, to string) error {
	return f.w.around(func() error { return f.FS.Rename(from, to) })
}

func (f watchedFS) Remove(name string) error {
	return f.w.around(func() error { return f.FS.Remove(name) })
}

// SyncDir spares the real disk what a killed program does not need.
func (f watchedFS) SyncDir(string) error { return f.w.around(func() error { return nil }) }

type watchedFile struct {
	blob.File
	w *watcher
}

// WriteAt has a point in the midst of its bytes, too: a kill may end a long write there.
func (f watchedFile) WriteAt(p []byte, offset int64) (n int, err error) {
	half := len(p) / 2
	for _, part := range [][]byte{p[:half], p[half:]} {
		err = f.w.around(func() error {
			m, err := f.File.WriteAt(part, offset+int64(n))
			n += m
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (f watchedFile) Chmod(mode fs.FileMode) error {
	return f.w.around(func() error { return f.File.Chmod(mode) })
}

func (f watchedFile) Truncate(size int64) error {
	return f.w.around(func() error { return f.File.Truncate(size) })
}

func (f watchedFile) Sync() error { return f.w.around(func() error { return nil }) }

// unsynced spares the real disk the syncs of a folder that is looked at once.
type unsynced struct{ blob.FS }

func (unsynced) SyncDir(string) error { return nil }

func quick(under blob.FS) blob.FS { return unsynced{under} }

// age moves the times of all files below a folder back, past the age at which a sweep
// spares them.
func age(t testing.TB, dir string, by time.Duration) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chtimes(path, time.Time{}, info.ModTime().Add(-by))
	})
	if err != nil {
		t.Error(err)
	}
}
