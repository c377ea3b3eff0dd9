package blob

import (
	"context"
	"io"
	"os"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// OpenBlob opens a blob for reading and tells its size. It is a plain file so that the
// kernel can send it; who wraps it loses that. The caller closes it. Kinds: NotFound,
// Invalid, Unsupported, Internal.
func (s *Store) OpenBlob(d digest.Digest) (*os.File, int64, error) {
	const op = "blob.OpenBlob"
	if err := check(d); err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	f, err := s.fs.Open(pathOf(d))
	if err != nil {
		return nil, 0, absent(op, d, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, fault(op, err)
	}
	return f, info.Size(), nil
}

// Size tells how many bytes a blob has. Kinds: those of OpenBlob.
func (s *Store) Size(d digest.Digest) (int64, error) {
	const op = "blob.Size"
	if err := check(d); err != nil {
		return 0, errs.Wrap(op, err)
	}
	info, err := s.fs.Stat(pathOf(d))
	if err != nil {
		return 0, absent(op, d, err)
	}
	if !info.Mode().IsRegular() {
		return 0, fault(op, errNotRegular)
	}
	return info.Size(), nil
}

// Verify reads a blob and compares what it hashes to. Kinds: DigestInvalid if the disk
// has corrupted it, NotFound, Canceled, Internal if it cannot be read.
func (s *Store) Verify(ctx context.Context, d digest.Digest) error {
	const op = "blob.Verify"
	f, _, err := s.OpenBlob(d)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer f.Close()
	return errs.Wrap(op, hashesTo(ctx, f, d, nil))
}

// hashesTo reports whether a file is what a digest says.
func hashesTo(ctx context.Context, f *os.File, d digest.Digest, throttle Throttle) error {
	const op = "blob.hashesTo"
	got, err := hashOf(ctx, f, d.Algorithm(), throttle)
	if err != nil {
		return fault(op, err)
	}
	if got != d {
		return errs.E(op, errs.DigestInvalid, "The file of %s is damaged: it hashes to %s.", d, got)
	}
	return nil
}

// hashFile hashes an upload by an algorithm that was not kept while it came in. It goes on to
// the end though the client may have left: when that comes back, all of it would be to do
// again.
func (s *Store) hashFile(name string, a digest.Algorithm) (digest.Digest, error) {
	const op = "blob.hashFile"
	f, err := s.fs.Open(name)
	if err != nil {
		return "", missing(op, err)
	}
	defer f.Close()
	d, err := hashOf(context.Background(), f, a, nil)
	return d, fault(op, err)
}

// Throttle is called with how much is about to be read, and may take its time.
type Throttle func(ctx context.Context, bytes int) error

func hashOf(ctx context.Context, f *os.File, a digest.Algorithm, throttle Throttle) (digest.Digest, error) {
	buffer := turnBuffers.Get().(*[turnBuffer]byte)
	defer turnBuffers.Put(buffer)
	h := a.Hash()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if throttle != nil {
			if err := throttle(ctx, len(buffer)); err != nil {
				return "", err
			}
		}
		n, err := f.Read(buffer[:])
		h.Write(buffer[:n])
		if err == io.EOF {
			return digest.NewDigest(a, h), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// absent is fault, for calls on the name of a blob.
func absent(op string, d digest.Digest, err error) error {
	if isGone(err) {
		return errs.Because(op, errs.NotFound, err, "There is no content %s here.", d)
	}
	return fault(op, err)
}
