// Package owner keeps what root makes in somebody's folder that somebody's. Otherwise a
// command that an administrator runs as root leaves files behind which the server, who runs
// as another user, can neither read nor write.
//
// Entry points: Of a folder, then Take for every file and folder that is made in it, right
// after it is made. The trap: whoever owns a folder can put a link in the place of a name, so
// Take works on what is open, and never on a name.
package owner

import (
	"errors"
	"os"
	"syscall"
)

// Owner is to whom what is made in a folder belongs. The zero value is whoever runs the
// program, who owns it anyway.
type Owner struct {
	uid, gid int
	other    bool
}

// The system, for tests.
var (
	geteuid = os.Geteuid
	fchown  = (*os.File).Chown
)

// Of gives the owner of what is made in a folder: for root, whoever owns the folder. Of one
// that cannot be looked at, nothing is known, and whoever makes something there finds out.
func Of(dir string) Owner {
	if geteuid() != 0 {
		return Owner{}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return Owner{}
	}
	return like(info)
}

func like(info os.FileInfo) Owner {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Owner{}
	}
	return Owner{int(stat.Uid), int(stat.Gid), true}
}

// Take gives an open file or folder, which was just made, to the owner.
func (o Owner) Take(f *os.File) error {
	if !o.other {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if like(info) == o {
		return nil
	}
	return fchown(f, o.uid, o.gid)
}

// Mkdir makes a folder with mode 0700 that belongs to the owner; fs.ErrExist if there is one.
func (o Owner) Mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil || !o.other {
		return err
	}
	f, err := os.OpenFile(path, syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	return errors.Join(o.Take(f), f.Close())
}

// OpenFile is os.OpenFile with mode 0600; a file that is made so belongs to the owner.
func (o Owner) OpenFile(path string, flag int) (*os.File, error) {
	if flag&os.O_CREATE == 0 || !o.other {
		return os.OpenFile(path, flag, 0o600)
	}
	f, err := os.OpenFile(path, flag|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if errors.Is(err, os.ErrExist) && flag&os.O_EXCL == 0 {
		return os.OpenFile(path, flag&^os.O_CREATE, 0)
	}
	if err != nil {
		return nil, err
	}
	if err := o.Take(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
