package blob

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"sregistry/app/owner"
)

// folder is the operating system's FS. All names go through one os.Root, so that no name
// and no symbolic link leads out of the store. Errors name the whole path.
type folder struct {
	root  *os.Root
	owner owner.Owner // of what is made in it
}

// file is the operating system's File.
type file struct{ *os.File }

// openFolder opens a folder and makes it, with its parents, if it is missing.
func openFolder(dir string) (*folder, error) {
	if err := MakeFolder(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &folder{root, owner.Of(dir)}, nil
}

// MakeFolder is os.MkdirAll with mode 0700, with the names of the new folders synced, each in
// its parent. They belong to whoever owns that. A file of the name is left to be found out.
func MakeFolder(dir string) error {
	dir = filepath.Clean(dir)
	parent := filepath.Dir(dir)
	err := owner.Of(parent).Mkdir(dir)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := MakeFolder(parent); err != nil {
			return err
		}
		err = owner.Of(parent).Mkdir(dir)
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

// named completes the path in an error, so that whoever reads it knows which file it is about.
func (d *folder) named(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: e.Op, Path: filepath.Join(d.root.Name(), e.Path), Err: e.Err}
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &os.LinkError{Op: e.Op, Old: filepath.Join(d.root.Name(), e.Old), New: filepath.Join(d.root.Name(), e.New), Err: e.Err}
	}
	return err
}

func (d *folder) Create(name string) (File, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, d.named(err)
	}
	if err := d.owner.Take(f); err != nil {
		return nil, errors.Join(err, f.Close(), d.Remove(name))
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
		return nil, d.named(err)
	}
	if !info.Mode().IsRegular() {
		return nil, d.named(&fs.PathError{Op: "open", Path: name, Err: errNotRegular})
	}
	f, err := d.root.OpenFile(name, flag, 0)
	return f, d.named(err)
}

func (d *folder) Stat(name string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(name)
	return info, d.named(err)
}

func (d *folder) ReadDir(name string) ([]string, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, d.named(err)
	}
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, f.Close())
}

func (d *folder) Mkdir(name string) error {
	if err := d.root.Mkdir(name, 0o700); err != nil {
		return d.named(err)
	}
	if d.owner == (owner.Owner{}) {
		return nil
	}
	f, err := d.root.OpenFile(name, syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return d.named(err)
	}
	return errors.Join(d.owner.Take(f), f.Close())
}

func (d *folder) Chtimes(name string, changed time.Time) error {
	return d.named(d.root.Chtimes(name, time.Time{}, changed))
}

func (d *folder) Rename(from, to string) error { return d.named(d.root.Rename(from, to)) }

func (d *folder) Remove(name string) error { return d.named(d.root.Remove(name)) }

func (d *folder) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return d.named(err)
	}
	return syncAndClose(f)
}

func (d *folder) Close() error { return d.root.Close() }
