package client

import (
	"context"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"sregistry/app/errs"
)

// part is what has arrived of a download: a file beside its target, so that it can be
// renamed into place. It outlives the program, so that the download can be resumed.
type part struct {
	file   *os.File
	target string
	size   int64
}

// openPart opens the part of a target, perhaps one that an earlier run has left. Errors:
// Conflict if another process is at it, and those of the file system.
func openPart(target string) (*part, error) {
	const op = "client.openPart"
	path := target + ".part"
	// An image runs as a program, so it may be executed as far as the umask lets it. A link is
	// not followed: in a folder of many, another may have laid it out to have us write there.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o777)
	if errors.Is(err, syscall.ELOOP) {
		return nil, errs.Because(op, errs.Conflict, err, "%s is a link to another file. Remove it, or choose another name.", path)
	}
	if err != nil {
		return nil, fileError(op, "write", path, err)
	}
	// Network file systems may know no locks; what is lost then is only this sentence, as a
	// mixture of two downloads does not pass the verification.
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, errs.E(op, errs.Conflict, "Another pull is writing %s. Wait for it, or choose another name.", target)
	}
	here, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fileError(op, "write", path, err)
	}
	// The other pull may have moved the file into place between our opening and locking it.
	if there, err := os.Stat(path); err != nil || !os.SameFile(here, there) {
		f.Close()
		return nil, errs.E(op, errs.Conflict, "Another pull has just written %s. Pull again to compare.", target)
	}
	return &part{f, target, here.Size()}, nil
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
	if err := p.file.Sync(); err != nil {
		return fileError(op, "write", p.file.Name(), err)
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
