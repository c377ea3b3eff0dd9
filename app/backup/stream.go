package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/store"
)

const (
	// beginName is the first file of a stream: the manifest, as far as it is known then.
	beginName = "begin.json"
	// blobsPrefix begins the names of blobs in a stream.
	blobsPrefix = "blobs/"
)

// ToStream writes a whole backup as a tar archive. Damaged blobs are left out, or filled
// up with zeros if they turn out so on the way, and told of in the report, which is no
// error. Errors: those of ToFolder, and Canceled if nobody reads on.
func (s Source) ToStream(ctx context.Context, w io.Writer, o Options) (Report, error) {
	const op = "backup.ToStream"
	n, err := s.take(ctx)
	if err != nil {
		return Report{}, errs.Wrap(op, err)
	}
	r := Report{Taken: n.manifest.Taken, Blobs: n.manifest.Blobs, Bytes: n.manifest.Bytes}
	out := stream{tar.NewWriter(w), n.manifest.Taken}
	err = out.backup(n, &r, o)
	return r, errs.Wrap(op, errors.Join(err, n.end()))
}

// stream is a backup on its way out.
type stream struct {
	*tar.Writer
	taken time.Time
}

func (t stream) backup(n *snapshot, r *Report, o Options) error {
	// What the database is has to be known before it is sent.
	if err := n.eachFile(func(_ string, f *os.File) (File, error) { return sumOf(f) }); err != nil {
		return err
	}
	if err := t.manifest(beginName, n.manifest); err != nil {
		return err
	}
	err := n.eachFile(func(name string, f *os.File) (File, error) {
		info, err := f.Stat()
		if err != nil {
			return File{}, err
		}
		h := digest.SHA256.Hash()
		err = t.file(name, info.Size(), io.TeeReader(io.LimitReader(f, info.Size()), h))
		return File{digest.NewDigest(digest.SHA256, h), info.Size()}, err
	})
	if err != nil {
		return err
	}
	err = n.each(func(b store.Blob) error {
		if err := n.settle(r, b, t.blob(n, b)); err != nil {
			return err
		}
		n.pass(b.Digest)
		if o.Progress != nil {
			o.Progress(*r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	n.manifest.Damaged = r.Damaged
	return errors.Join(t.manifest(manifestName, n.manifest), t.Close())
}

// blob sends a blob, and hashes it on the way.
func (t stream) blob(n *snapshot, b store.Blob) error {
	f, err := openWhole(n.source.Blobs, b)
	if err != nil {
		return err
	}
	defer f.Close()
	h := b.Digest.Algorithm().Hash()
	whole := &padded{r: io.TeeReader(f, h), left: b.Size}
	name := blobsPrefix + strings.Replace(string(b.Digest), ":", "/", 1)
	if err := t.file(name, b.Size, canceler{n.ctx, whole}); err != nil {
		return err
	}
	if whole.failed || digest.NewDigest(b.Digest.Algorithm(), h) != b.Digest {
		return spoilt(b.Digest, "does not have the content that its digest says")
	}
	return nil
}

func (t stream) manifest(name string, m Manifest) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	return t.file(name, int64(len(text)), bytes.NewReader(text))
}

func (t stream) file(name string, size int64, r io.Reader) error {
	const op = "backup.file"
	header := &tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: t.taken, Format: tar.FormatPAX}
	err := t.WriteHeader(header)
	if err == nil {
		_, err = io.Copy(t, r)
	}
	if err == nil || errs.KindOf(err) != errs.Internal {
		return errs.Wrap(op, err)
	}
	return errs.Because(op, errs.Canceled, err, "The backup cannot be written any further: whoever reads it went away, or its disk is full.")
}

// padded gives as many bytes as were announced, whatever becomes of the source.
type padded struct {
	r      io.Reader
	left   int64
	failed bool
}

func (p *padded) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), p.left)]
	n := 0
	if !p.failed {
		var err error
		n, err = p.r.Read(b)
		p.failed = err != nil && n == 0
	}
	if p.failed {
		clear(b)
		n = len(b)
	}
	p.left -= int64(n)
	return n, nil
}

// canceler ends a stream when its context is done.
type canceler struct {
	ctx context.Context
	io.Reader
}

func (c canceler) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// sumOf tells what a file is.
func sumOf(r io.Reader) (File, error) {
	h := digest.SHA256.Hash()
	n, err := io.Copy(h, r)
	return File{digest.NewDigest(digest.SHA256, h), n}, err
}
