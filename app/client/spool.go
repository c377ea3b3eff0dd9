package client

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// spool is a file that came from one server and waits on the disk until another takes it:
// some servers want to know its sums before its first byte.
type spool struct {
	file   *os.File
	size   int64
	digest digest.Digest
	md5    string // in hexadecimal digits; old servers know a file by it
}

// newSpool reads a body to its end into a temporary file. The caller closes what it gets.
func (c *Client) newSpool(ctx context.Context, body io.Reader) (*spool, error) {
	const op = "client.newSpool"
	file, err := os.CreateTemp("", "sregistry-copy-*")
	if err != nil {
		return nil, fileError(op, "write", filepath.Join(os.TempDir(), "sregistry-copy"), err)
	}
	// Nobody needs its name, which would outlive a process that is killed.
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, fileError(op, "remove", file.Name(), err)
	}
	sum, old := digest.SHA256.Digester(), md5.New()
	out := &counted{to: io.MultiWriter(file, sum.Hash(), old)}
	_, err = io.CopyBuffer(out, struct{ io.Reader }{body}, make([]byte, bufferSize))
	s := &spool{file, out.n, sum.Digest(), hex.EncodeToString(old.Sum(nil))}
	switch {
	case err == nil:
		return s, nil
	case out.failed != nil:
		err = fileError(op, "write", file.Name(), out.failed)
	default:
		err = transportError(op, c.base, ctx, err)
	}
	s.close()
	return nil, err
}

func (s *spool) open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.file, 0, s.size)), nil
}

// close throws the file away.
func (s *spool) close() { s.file.Close() }

// expect fails if the file is not what its server had said.
func (s *spool) expect(from imageFile) error {
	if s.digest != from.digest || s.size != from.size {
		return errs.E("client.spool.expect", errs.DigestInvalid, "What arrived has %d bytes and the digest %s; announced were %d and %s. Nothing was copied.",
			s.size, s.digest, from.size, from.digest)
	}
	return nil
}
