package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Sight is a blob's file as Examine has seen it, so that SetAside does not take another
// for it that came meanwhile. The zero value is of a file that was not there.
type Sight struct{ info fs.FileInfo }

// same reports whether a file is the one that was seen.
func (s Sight) same(now fs.FileInfo) bool {
	return s.info != nil && os.SameFile(s.info, now) && s.info.ModTime().Equal(now.ModTime())
}

// Examine reads a blob from the disk, and not what the system remembers of it, at a pace,
// and compares what it hashes to. Kinds: those of Verify.
func (s *Store) Examine(ctx context.Context, d digest.Digest, pace Pace) (Sight, error) {
	const op = "blob.Examine"
	f, _, err := s.OpenBlob(d)
	if err != nil {
		return Sight{}, errs.Wrap(op, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Sight{}, fault(op, err)
	}
	forget(f)
	defer forget(f) // what was read here is not what others will read next
	return Sight{info}, errs.Wrap(op, hashesTo(ctx, f, d, pace))
}

// SetAside takes a file that Examine found damaged out of the way, into the folder
// quarantine: nothing bears the blob's name then. It is false if the name is another
// file's by now, of a Commit: the blob is whole again. Kinds: Invalid, Unsupported,
// NoSpace, Unavailable, Internal.
func (s *Store) SetAside(d digest.Digest, seen Sight) (bool, error) {
	const op = "blob.SetAside"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	if err := s.makeFolder(asideFolder); err != nil {
		return false, errs.Wrap(op, err)
	}
	if err := s.fs.SyncDir("."); err != nil {
		return false, fault(op, err)
	}
	damaged, err := s.moveAside(d, seen)
	if err != nil || !damaged {
		return false, fault(op, err)
	}
	if err := s.fs.SyncDir(asideFolder); err != nil {
		return true, fault(op, err)
	}
	if err := s.fs.SyncDir(shardOf(d)); err != nil && !isGone(err) {
		return true, fault(op, err)
	}
	return true, nil
}

func (s *Store) moveAside(d digest.Digest, seen Sight) (bool, error) {
	s.naming.Lock()
	defer s.naming.Unlock()
	now, err := s.fs.Stat(pathOf(d))
	switch {
	case isGone(err):
		return true, nil // it is missing, or was moved already
	case err != nil:
		return false, err
	case !seen.same(now):
		return false, nil
	}
	return true, s.fs.Rename(pathOf(d), asideOf(d))
}

// TakeBack gives a file that was set aside its name again if it is whole after all, as
// when a disk could not be read for a while. It reports whether it did. Kinds: those of Verify.
func (s *Store) TakeBack(ctx context.Context, d digest.Digest, pace Pace) (bool, error) {
	const op = "blob.TakeBack"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	f, err := s.fs.Open(asideOf(d))
	if isGone(err) {
		return false, nil
	}
	if err != nil {
		return false, fault(op, err)
	}
	defer f.Close()
	forget(f)
	if err := hashesTo(ctx, f, d, pace); err != nil {
		if errs.Is(err, errs.Canceled) {
			return false, errs.Wrap(op, err)
		}
		return false, nil // it is damaged indeed
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	if err := s.fs.Rename(asideOf(d), pathOf(d)); err != nil {
		return false, fault(op, err)
	}
	return true, fault(op, errors.Join(s.fs.SyncDir(shardOf(d)), s.fs.SyncDir(asideFolder)))
}

// Aside lists the blobs whose files were set aside. Kinds: Internal.
func (s *Store) Aside() ([]digest.Digest, error) {
	names, err := s.fs.ReadDir(asideFolder)
	if isGone(err) {
		return nil, nil
	}
	var list []digest.Digest
	for _, name := range names {
		for _, a := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
			if d, ok := asideName(name, a); ok {
				list = append(list, d)
			}
		}
	}
	return list, fault("blob.Aside", err)
}

func asideName(name string, a digest.Algorithm) (digest.Digest, bool) {
	prefix := a.String() + "-"
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return "", false
	}
	d := digest.NewDigestFromEncoded(a, name[len(prefix):])
	return d, check(d) == nil && path.Base(asideOf(d)) == name
}

// DropAside removes a file that was set aside, for good. Kinds: those of Remove.
func (s *Store) DropAside(d digest.Digest) error {
	const op = "blob.DropAside"
	if err := check(d); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.fs.Remove(asideOf(d)); err != nil && !isGone(err) {
		return fault(op, err)
	}
	return nil
}
