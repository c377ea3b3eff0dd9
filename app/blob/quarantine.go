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

// FileID is a blob's file as VerifyFile has seen it, so that Quarantine does not take another
// for it that came meanwhile. The zero value is of a file that was not there.
type FileID struct{ info fs.FileInfo }

// same reports whether a file is the one that was seen.
func (s FileID) same(now fs.FileInfo) bool {
	return s.info != nil && os.SameFile(s.info, now) && s.info.ModTime().Equal(now.ModTime())
}

// VerifyFile reads a blob from the disk, not from the page cache, at the pace of a throttle,
// and compares what it hashes to. Kinds: those of Verify.
func (s *Store) VerifyFile(ctx context.Context, d digest.Digest, throttle Throttle) (FileID, error) {
	const op = "blob.VerifyFile"
	f, _, err := s.OpenBlob(d)
	if err != nil {
		return FileID{}, errs.Wrap(op, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return FileID{}, fault(op, err)
	}
	dropPageCache(f)
	defer dropPageCache(f) // what was read here is not what others will read next
	return FileID{info}, errs.Wrap(op, hashesTo(ctx, f, d, throttle))
}

// Quarantine takes a file that VerifyFile found corrupt out of the way, into the folder
// quarantine: nothing bears the blob's name then. It is false if the name is another
// file's by now, of a Commit: the blob is whole again. Kinds: Invalid, Unsupported,
// NoSpace, Unavailable, Internal.
func (s *Store) Quarantine(d digest.Digest, seen FileID) (bool, error) {
	const op = "blob.Quarantine"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	if err := s.makeFolder(quarantineFolder); err != nil {
		return false, errs.Wrap(op, err)
	}
	if err := s.fs.SyncDir("."); err != nil {
		return false, fault(op, err)
	}
	damaged, err := s.moveToQuarantine(d, seen)
	if err != nil || !damaged {
		return false, fault(op, err)
	}
	if err := s.fs.SyncDir(quarantineFolder); err != nil {
		return true, fault(op, err)
	}
	if err := s.fs.SyncDir(shardOf(d)); err != nil && !isGone(err) {
		return true, fault(op, err)
	}
	return true, nil
}

func (s *Store) moveToQuarantine(d digest.Digest, seen FileID) (bool, error) {
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
	return true, s.fs.Rename(pathOf(d), quarantinePath(d))
}

// Unquarantine gives a file that was set aside its name again if it is whole after all, as
// when a disk could not be read for a while. It reports whether it did. Kinds: those of Verify.
func (s *Store) Unquarantine(ctx context.Context, d digest.Digest, throttle Throttle) (bool, error) {
	const op = "blob.Unquarantine"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	f, err := s.fs.Open(quarantinePath(d))
	if isGone(err) {
		return false, nil
	}
	if err != nil {
		return false, fault(op, err)
	}
	defer f.Close()
	dropPageCache(f)
	if err := hashesTo(ctx, f, d, throttle); err != nil {
		if errs.Is(err, errs.Canceled) {
			return false, errs.Wrap(op, err)
		}
		return false, nil // it is damaged indeed
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	if err := s.fs.Rename(quarantinePath(d), pathOf(d)); err != nil {
		return false, fault(op, err)
	}
	return true, fault(op, errors.Join(s.fs.SyncDir(shardOf(d)), s.fs.SyncDir(quarantineFolder)))
}

// Quarantined lists the blobs whose files were set aside. Kinds: Internal.
func (s *Store) Quarantined() ([]digest.Digest, error) {
	names, err := s.fs.ReadDir(quarantineFolder)
	if isGone(err) {
		return nil, nil
	}
	var list []digest.Digest
	for _, name := range names {
		for _, a := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
			if d, ok := parseQuarantineName(name, a); ok {
				list = append(list, d)
			}
		}
	}
	return list, fault("blob.Quarantined", err)
}

func parseQuarantineName(name string, a digest.Algorithm) (digest.Digest, bool) {
	prefix := a.String() + "-"
	if len(name) <= len(prefix) || name[:len(prefix)] != prefix {
		return "", false
	}
	d := digest.NewDigestFromEncoded(a, name[len(prefix):])
	return d, check(d) == nil && path.Base(quarantinePath(d)) == name
}

// RemoveQuarantined removes a file that was set aside, for good. Kinds: those of Remove.
func (s *Store) RemoveQuarantined(d digest.Digest) error {
	const op = "blob.RemoveQuarantined"
	if err := check(d); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.fs.Remove(quarantinePath(d)); err != nil && !isGone(err) {
		return fault(op, err)
	}
	return nil
}
