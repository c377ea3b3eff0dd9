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

// openRegular opens a name if it is a regular file itself. It looks before it opens, for
// opening a pipe would hang; should the name change in between, the root still keeps a
// symbolic link from leading out of the store.
func (d *folder) openRegular(name string, flag int) (*os.File, error) {
	info, err := d.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	return d.root.OpenFile(name, flag, 0)
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
