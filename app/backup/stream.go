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
// error. Errors: as of ToFolder, and Canceled if nobody reads on.
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

// openStream begins to read what ToStream has written. Errors: Invalid for anything else.
func openStream(r io.Reader) (*tar.Reader, Manifest, error) {
	const op = "backup.openStream"
	archive := tar.NewReader(r)
	first, err := archive.Next()
	if err != nil || first.Name != beginName {
		return nil, Manifest{}, errs.Because(op, errs.Invalid, err, "What comes in is not a backup that \"sregistry backup -\" has written.")
	}
	m, err := readManifest(archive)
	return archive, m, errs.Wrap(op, err)
}

// entry is a file in a stream, which is read until the next one is asked for.
type entry struct {
	name string
	blob store.Blob // without a digest if it is none
	io.Reader
}

// nextInStream gives the next file of a stream. Errors, also of reading it: DigestInvalid
// if the stream is cut off.
func nextInStream(archive *tar.Reader) (entry, error) {
	const op = "backup.nextInStream"
	cut := errs.E(op, errs.DigestInvalid, "The backup is cut off or damaged; it has to be read again, from its beginning.")
	header, err := archive.Next()
	if err != nil {
		return entry{}, cut
	}
	e := entry{name: header.Name, Reader: fragile{archive, cut}}
	if path, isBlob := strings.CutPrefix(header.Name, blobsPrefix); isBlob {
		e.blob = store.Blob{Digest: digest.Digest(strings.Replace(path, "/", ":", 1)), Size: header.Size}
		if err := e.blob.Digest.Validate(); err != nil {
			return entry{}, errs.Because(op, errs.DigestInvalid, err, "The backup has a file %q, which no backup of sregistry has; it was tampered with.", header.Name)
		}
	}
	return e, nil
}
