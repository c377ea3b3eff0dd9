package client

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// File is a file that is going to be pushed, and how it was when it was opened. It must not
// change before the push is done.
type File struct {
	file    *os.File
	path    string // absolute
	size    int64
	modTime time.Time
}

// OpenFile opens an image file. Errors: NotFound, Forbidden, Invalid for a folder.
func OpenFile(path string) (*File, error) {
	const op = "client.OpenFile"
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fileError(op, "open", path, err)
	}
	f, err := os.Open(absolute)
	if err != nil {
		return nil, fileError(op, "open", path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		f.Close()
		return nil, errs.E(op, errs.Invalid, "%s is not a file.", path)
	}
	if err != nil {
		f.Close()
		return nil, fileError(op, "open", path, err)
	}
	return &File{f, absolute, info.Size(), info.ModTime()}, nil
}

// Close lets go of the file.
func (f *File) Close() error { return f.file.Close() }

// Size is the file's size in bytes when it was opened.
func (f *File) Size() int64 { return f.size }

// ReadAt is io.ReaderAt's.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.file.ReadAt(p, off) }

// hash reads the whole file.
func (f *File) hash(ctx context.Context, progress Progress) (digest.Digest, error) {
	const op = "client.File.hash"
	digester := digest.SHA256.Digester()
	from := &meter{from: io.NewSectionReader(f.file, 0, f.size), progress: progress, phase: Hashing, total: f.size}
	n, err := io.CopyBuffer(digester.Hash(), withContext(ctx, from), make([]byte, bufferSize))
	if err != nil {
		return "", fileError(op, "read", f.path, err)
	}
	if n != f.size {
		return "", f.changed(op)
	}
	return digester.Digest(), nil
}

// unchanged fails if the file is no longer as it was when it was opened.
func (f *File) unchanged() error {
	const op = "client.File.unchanged"
	info, err := f.file.Stat()
	if err != nil {
		return fileError(op, "read", f.path, err)
	}
	if info.Size() != f.size || !info.ModTime().Equal(f.modTime) {
		return f.changed(op)
	}
	return nil
}

func (f *File) changed(op string) error {
	return errs.E(op, errs.Conflict, "%s changed while it was pushed. Push it again once nothing writes to it.", f.path)
}

// withContext is a reader that ends when its context does.
func withContext(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx, r} }

type contextReader struct {
	ctx  context.Context
	from io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, errs.Because("client.Read", errs.Canceled, err, "Interrupted.")
	}
	return r.from.Read(p)
}

// fileError says in words why a file of the user's own could not be used.
func fileError(op, verb, path string, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, e)
	}
	folder := filepath.Dir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && verb == "write":
		return errs.Because(op, errs.Invalid, err, "Cannot write %s: the folder %s does not exist.", filepath.Base(path), folder)
	case errors.Is(err, syscall.ENOTDIR) && verb == "write":
		return errs.Because(op, errs.Invalid, err, "Cannot write %s: %s is not a folder.", filepath.Base(path), folder)
	case errors.Is(err, fs.ErrNotExist):
		return errs.Because(op, errs.NotFound, err, "Cannot %s %s: it does not exist.", verb, path)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errs.Because(op, errs.Forbidden, err, "Cannot %s %s: you lack the permission.", verb, path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(op, errs.NoSpace, err, "Cannot %s %s: there is no room left on the disk.", verb, path)
	case errors.Is(err, syscall.EFBIG):
		return errs.Because(op, errs.TooLarge, err, "Cannot %s %s: it is larger than the file system allows.", verb, path)
	case errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
		return errs.Because(op, errs.Invalid, err, "Cannot %s %s: there is a folder where a file should be, or the other way round.", verb, path)
	}
	return errs.Because(op, errs.Internal, err, "Cannot %s %s: the disk gave an error.", verb, path)
}
