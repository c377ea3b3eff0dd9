package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// folder is the operating system's FS. All names go through one os.Root, so that no name
// and no symbolic link leads out of the store.
type folder struct{ root *os.Root }

// file is the operating system's File.
type file struct{ *os.File }

// openFolder opens a folder and makes it, with its parents, if it is missing.
func openFolder(dir string) (*folder, error) {
	if err := makeDurable(filepath.Clean(dir)); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &folder{root}, nil
}

// makeDurable is os.MkdirAll, with the names of the new folders synced.
func makeDurable(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	parent := filepath.Dir(dir)
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeDurable(parent); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return err
	}
	f, err := os.Open(parent)
	if err != nil {
		return err
	}
	return syncAndClose(f)
}

func syncAndClose(f *os.File) error {
	return errors.Join(f.Sync(), f.Close())
}

func (d *folder) Create(name string) (File, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

func (d *folder) OpenWrite(name string) (File, error) {
	f, err := d.openRegular(name, os.O_WRONLY)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

func (d *folder) Open(name string) (*os.File, error) { return d.openRegular(name, os.O_RDONLY) }

// openRegular opens a name if it is a regular file itself. It looks first, for opening a
// pipe would hang, and again afterwards, for the name may have changed in between.
func (d *folder) openRegular(name string, flag int) (*os.File, error) {
	before, err := d.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	refused := &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	if !before.Mode().IsRegular() {
		return nil, refused
	}
	f, err := d.root.OpenFile(name, flag, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err == nil && (!after.Mode().IsRegular() || !d.sameName(name, before, after)) {
		err = refused
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sameName tells whether an opened file is what the name stands for. A Commit of the same
// content may have replaced the file since the first look, which is no harm.
func (d *folder) sameName(name string, before, opened fs.FileInfo) bool {
	if os.SameFile(before, opened) {
		return true
	}
	again, err := d.root.Lstat(name)
	return err != nil || again.Mode().IsRegular()
}

func (d *folder) Stat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }

func (d *folder) ReadDir(name string) ([]string, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, f.Close())
}

func (d *folder) Mkdir(name string) error { return d.root.Mkdir(name, 0o700) }

func (d *folder) Chtimes(name string, changed time.Time) error {
	return d.root.Chtimes(name, time.Time{}, changed)
}

func (d *folder) Rename(from, to string) error { return d.root.Rename(from, to) }

func (d *folder) Remove(name string) error { return d.root.Remove(name) }

func (d *folder) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return syncAndClose(f)
}

func (d *folder) Close() error { return d.root.Close() }
