package client

import (
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// part is what has arrived of a download: a file beside its target, so that it can be
// renamed into place. It outlives the program, so that the download can be resumed.
type part struct {
	file     *os.File
	target   string
	size     int64
	readOnly bool // what it becomes: it may be linked from many places
}

// partMode is that of a part: an image runs as a program, and nobody else may write to it, not
// even before it is verified, since a file that is open for writing stays so.
const partMode fs.FileMode = 0o755

// errAgain tells that a part was removed, and is to be opened once more.
var errAgain = errors.New("the part was removed")

// openPart opens the part of a target, perhaps one that an earlier run has left. Errors:
// Conflict if another process is at it or somebody else could write to it, and those of the
// file system.
func openPart(path, target string, me trust.User) (*part, error) {
	const op = "client.openPart"
	for range maxTries {
		p, err := tryPart(path, target, me)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, errAgain) {
			return nil, fileError(op, "write", target, err)
		}
	}
	return nil, errs.E(op, errs.Conflict, "Another pull is writing %s. Wait for it, or choose another name.", target)
}

// tryPart makes a part, or opens the one that is there. In a folder of many, another may have
// laid out a link, or a file of his own, to have us write there or to change what we wrote.
func tryPart(path, target string, me trust.User) (*part, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, partMode)
	found := errors.Is(err, fs.ErrExist)
	if found {
		f, err = os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	}
	if found && errors.Is(err, fs.ErrNotExist) {
		return nil, errAgain
	}
	if err != nil {
		return nil, notOurs(path, err)
	}
	p := &part{file: f, target: target}
	if err := p.claim(found, me); err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// claim makes sure that a part is ours alone.
func (p *part) claim(found bool, me trust.User) error {
	const op = "client.part.claim"
	path := p.file.Name()
	here, err := p.file.Stat()
	switch {
	case err != nil || !found: // what we have just made is ours, whatever a network file system makes of its owner
	case !here.Mode().IsRegular():
		err = errs.E(op, errs.Conflict, "%s is not a regular file. Remove it, or choose another name.", path)
	case !me.Owns(here):
		err = foreign(op, path)
	case trust.Names(here) > 1:
		err = errs.E(op, errs.Conflict, "%s has a second name (a hard link). Remove it, or choose another name.", path)
	}
	if err != nil {
		return err
	}
	// Network file systems may know no locks; what is lost then is only this sentence, as a
	// mixture of two downloads does not pass the verification.
	if err := syscall.Flock(int(p.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return errs.E(op, errs.Conflict, "Another pull is writing %s. Wait for it, or choose another name.", p.target)
	}
	// The other pull may have moved the file into place between our opening and locking it.
	if !p.inPlace() {
		return errs.E(op, errs.Conflict, "Another pull has just written %s. Pull again to compare.", p.target)
	}
	if found && !me.Sealed(here) {
		// Who could write to it may have it open still.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return errAgain
	}
	p.size = here.Size()
	return nil
}

// inPlace reports whether the part has its name still.
func (p *part) inPlace() bool {
	here, err := p.file.Stat()
	there, missing := os.Lstat(p.file.Name())
	return err == nil && missing == nil && os.SameFile(here, there)
}

// notOurs explains why a part that is there cannot be opened.
func notOurs(path string, err error) error {
	const op = "client.notOurs"
	if errors.Is(err, syscall.ELOOP) {
		return errs.Because(op, errs.Conflict, err, "%s is a link to another file. Remove it, or choose another name.", path)
	}
	if _, missing := os.Lstat(path); missing == nil && errors.Is(err, fs.ErrPermission) {
		return foreign(op, path)
	}
	return err
}

func foreign(op, path string) error {
	return errs.E(op, errs.Conflict, "%s belongs to another user. Remove it, or choose another name.", path)
}

// Write appends.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.WriteAt(b, p.size)
	p.size += int64(n)
	return n, err
}

// rehash reads what is there into a hash.
func (p *part) rehash(ctx context.Context, into hash.Hash) error {
	from := withContext(ctx, io.NewSectionReader(p.file, 0, p.size))
	if _, err := io.CopyBuffer(into, from, make([]byte, bufferSize)); err != nil {
		return fileError("client.part.rehash", "read", p.file.Name(), err)
	}
	return nil
}

// clear drops what is there.
func (p *part) clear() error {
	if err := p.file.Truncate(0); err != nil {
		return fileError("client.part.clear", "write", p.file.Name(), err)
	}
	p.size = 0
	return nil
}

// commit makes the part durable and puts it in the target's place.
func (p *part) commit() error {
	const op = "client.part.commit"
	info, err := p.file.Stat()
	if err == nil && p.readOnly {
		err = p.file.Chmod(info.Mode() &^ writable)
	}
	if err == nil {
		err = p.file.Sync()
	}
	if err != nil {
		return fileError(op, "write", p.file.Name(), err)
	}
	if !p.inPlace() {
		return errs.E(op, errs.Conflict, "%s was replaced while it was written. Pull again, into a folder that nobody else writes to.", p.file.Name())
	}
	if err := os.Rename(p.file.Name(), p.target); err != nil {
		return fileError(op, "write", p.target, err)
	}
	dir, err := os.Open(filepath.Dir(p.target))
	if err != nil {
		return fileError(op, "write", p.target, err)
	}
	defer dir.Close()
	// Some file systems cannot sync a folder; the file itself is safe by now.
	if err := dir.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return fileError(op, "write", p.target, err)
	}
	return nil
}

// remove throws the part away.
func (p *part) remove() { _ = os.Remove(p.file.Name()) } // one that stays is found bad again

// close lets go of the part; an empty one is of no use to anybody.
func (p *part) close(committed bool) {
	if !committed && p.size == 0 {
		p.remove()
	}
	p.file.Close()
}
