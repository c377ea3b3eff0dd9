package backup

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/store"
)

// CheckStream proves what ToStream has written, to its end. Only the database is kept
// meanwhile, in the system's folder for such files. What is damaged is told of, which is no
// error. Errors: Invalid for something else or for a newer version's backup, DigestInvalid
// for a stream that is cut off, NoSpace, Unavailable, Canceled.
func CheckStream(ctx context.Context, r io.Reader, o CheckOptions) (found Checked, err error) {
	const op = "backup.CheckStream"
	archive, m, err := openStream(r)
	if err != nil {
		return Checked{}, errs.Wrap(op, err)
	}
	dir, err := os.MkdirTemp("", "sregistry-check-")
	if err != nil {
		return Checked{}, errs.Wrap(op, noPlace(err))
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s := &streamChecker{found: Checked{Manifest: m}, archive: archive, path: filepath.Join(dir, store.FileName), options: o}
	err = s.check(ctx)
	return s.found, errs.Wrap(op, err)
}

// noPlace is the error of the folder that keeps the database meanwhile.
func noPlace(err error) error {
	kind := errs.Unavailable
	if errors.Is(err, syscall.ENOSPC) {
		kind = errs.NoSpace
	}
	return errs.Because("backup.noPlace", kind, err, "The database of the backup cannot be kept in %s meanwhile; make room there, or name another folder by TMPDIR.", os.TempDir())
}

// streamChecker is a stream that is being checked. The blobs are in it, as in the rows, by
// their digests; so one that is missing is noticed when a later one comes.
type streamChecker struct {
	found   Checked
	archive *tar.Reader
	at      entry
	path    string // of the database
	options CheckOptions
}

func (s *streamChecker) next() (err error) {
	s.at, err = nextInStream(s.archive)
	return err
}

func (s *streamChecker) check(ctx context.Context) error {
	if err := s.files(ctx); err != nil || len(s.found.Wrong) > 0 {
		return err
	}
	copy, err := store.OpenCopy(s.path)
	if err != nil {
		return err
	}
	_, err = s.found.rows(ctx, copy, func(b store.Blob) (string, error) { return s.blob(ctx, b) })
	if err := errors.Join(err, copy.Close()); err != nil {
		return err
	}
	for s.at.name != manifestName { // blobs that no row names
		if err := s.next(); err != nil {
			return err
		}
	}
	last, err := readManifest(s.at)
	if err != nil {
		return err
	}
	s.settle(last)
	return nil
}

// files checks what comes before the blobs, and keeps the database.
func (s *streamChecker) files(ctx context.Context) error {
	m := s.found.Manifest
	missing := maps.Clone(m.Files)
	if missing == nil {
		missing = map[string]File{}
	}
	missing[store.FileName] = m.Database
	for {
		if err := s.next(); err != nil {
			return err
		}
		if s.at.name == manifestName || s.at.blob.Digest != "" {
			break
		}
		want, named := missing[s.at.name]
		if !named {
			return errs.E("backup.files", errs.DigestInvalid, "The backup has a file %q that it does not name; it was tampered with.", s.at.name)
		}
		got, err := s.sum(ctx)
		if err != nil {
			return err
		}
		if got != want {
			s.found.Wrong = append(s.found.Wrong, fmt.Sprintf("The file %s of the backup is damaged.", s.at.name))
		}
		delete(missing, s.at.name)
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		s.found.Wrong = append(s.found.Wrong, fmt.Sprintf("The file %s of the backup is missing.", name))
	}
	return nil
}

// sum reads the file that has come, and keeps it if it is the database.
func (s *streamChecker) sum(ctx context.Context) (File, error) {
	from := canceler{ctx, s.at}
	if s.at.name != store.FileName {
		return sumOf(from)
	}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, noPlace(err)
	}
	got, err := sumOf(io.TeeReader(from, f))
	if err != nil && errs.KindOf(err) == errs.Internal {
		err = noPlace(err)
	}
	if closing := f.Close(); err == nil && closing != nil {
		err = noPlace(closing)
	}
	return got, err
}

// blob tells what is wrong with the blob of a row.
func (s *streamChecker) blob(ctx context.Context, b store.Blob) (what string, err error) {
	for s.at.blob.Digest != "" && s.at.blob.Digest < b.Digest { // no row names it
		if err := s.next(); err != nil {
			return "", err
		}
	}
	if s.at.blob.Digest != b.Digest {
		return "is missing", nil
	}
	switch {
	case s.at.blob.Size != b.Size:
		what = fmt.Sprintf("has %d bytes instead of %d", s.at.blob.Size, b.Size)
	case !s.options.Quick:
		h := b.Digest.Algorithm().Hash()
		if _, err := io.Copy(h, canceler{ctx, s.at}); err != nil {
			return "", err
		}
		if digest.NewDigest(b.Digest.Algorithm(), h) != b.Digest {
			what = "does not have the content that its digest says"
		}
	}
	if s.options.Progress != nil {
		s.options.Progress(s.found.Blobs+1, s.found.Bytes+b.Size)
	}
	return what, s.next()
}

// settle tells those blobs apart that were damaged when the backup was made, which is known
// at its end.
func (s *streamChecker) settle(last Manifest) {
	lost := s.found.Damaged
	s.found.Damaged, s.found.Manifest.Damaged = nil, last.Damaged
	for _, d := range lost {
		s.found.add(s.found.Manifest.recall(d))
	}
}
