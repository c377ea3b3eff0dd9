package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// spoiltError is a blob that cannot be copied because of how it is where it is.
type spoiltError struct{ Damage }

func (e *spoiltError) Error() string { return fmt.Sprintf("the blob %s %s", e.Digest, e.What) }

func spoilt(d digest.Digest, format string, args ...any) error {
	return &spoiltError{Damage{Digest: d, What: fmt.Sprintf(format, args...)}}
}

// openWhole opens a blob that has the size it should have.
func openWhole(from *blob.Store, b store.Blob) (*os.File, error) {
	f, size, err := from.OpenBlob(b.Digest)
	switch {
	case errs.Is(err, errs.NotFound):
		return nil, spoilt(b.Digest, "is missing")
	case errs.Is(err, errs.Internal):
		return nil, spoilt(b.Digest, "cannot be read")
	case err != nil:
		return nil, err
	case size != b.Size:
		return nil, errors.Join(spoilt(b.Digest, "has %d bytes instead of %d", size, b.Size), f.Close())
	}
	return f, nil
}

// copyBlob copies a blob from one store to another, where it is durable and proven to be
// what its digest says. What is wrong with the source is a spoiltError.
func copyBlob(ctx context.Context, from, to *blob.Store, b store.Blob) error {
	f, err := openWhole(from, b)
	if err != nil {
		return err
	}
	defer f.Close()
	return keepBlob(ctx, fragile{f, unreadable(b.Digest)}, to, b)
}

// keepBlob makes a blob of what r gives. Content that is not the digest's is a
// spoiltError.
func keepBlob(ctx context.Context, r io.Reader, to *blob.Store, b store.Blob) error {
	var options []blob.UploadOption
	if b.Digest.Algorithm() == digest.SHA512 {
		options = append(options, blob.WithSHA512())
	}
	u, err := to.Create(rand.Text(), options...)
	if err != nil {
		return err
	}
	defer u.Abort() // does nothing after the commit
	if _, err := u.Append(ctx, r, b.Size); err != nil {
		return err
	}
	if _, err = u.Commit(b.Digest); errs.Is(err, errs.DigestInvalid) {
		return spoilt(b.Digest, "does not have the content that its digest says")
	}
	if err == nil {
		to.Release(b.Digest)
	}
	return err
}

// fragile tells the errors of a source from those of the place that it is copied to.
type fragile struct {
	io.Reader
	fault error // of package errs, for every error of the reader
}

func (f fragile) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = f.fault
	}
	return n, err
}

// unreadable is the fault of a blob's file.
func unreadable(d digest.Digest) error {
	return errs.Because("backup.unreadable", errs.DigestInvalid, spoilt(d, "cannot be read"), "The blob %s cannot be read.", d)
}

// put writes a file durably, though not its name, and tells what it is. One that is there
// is replaced: it was left half.
func put(files blob.FS, name string, r io.Reader) (File, error) {
	if err := files.Remove(name); err != nil && !isGone(err) {
		return File{}, err
	}
	f, err := files.Create(name)
	if err != nil {
		return File{}, err
	}
	h, size, buffer := digest.SHA256.Hash(), int64(0), make([]byte, 128<<10)
	for err == nil {
		n, reading := r.Read(buffer)
		h.Write(buffer[:n])
		if n > 0 {
			_, err = f.WriteAt(buffer[:n], size)
		}
		if size += int64(n); reading != nil && err == nil {
			err = reading
		}
	}
	if err == io.EOF {
		err = f.Sync()
	}
	return File{digest.NewDigest(digest.SHA256, h), size}, errors.Join(err, f.Close())
}

func putText(files blob.FS, name string, text []byte) error {
	_, err := put(files, name, bytes.NewReader(text))
	return err
}
