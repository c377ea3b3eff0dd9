package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

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
	if err := s.createQuarantine(); err != nil {
		return false, errs.Wrap(op, err)
	}
	damaged, err := s.moveToQuarantine(d, seen)
	if err != nil || !damaged {
		return false, fault(op, err)
	}
	return true, errs.Wrap(op, s.syncQuarantine(d))
}

// createQuarantine makes the folder of what is set aside.
func (s *Store) createQuarantine() error {
	if err := s.makeFolder(quarantineFolder); err != nil {
		return err
	}
	return fault("blob.createQuarantine", s.fs.SyncDir("."))
}

// syncQuarantine makes durable that a blob's file was moved from or to the folder of what is set
// aside.
func (s *Store) syncQuarantine(d digest.Digest) error {
	const op = "blob.syncQuarantine"
	if err := s.fs.SyncDir(quarantineFolder); err != nil {
		return fault(op, err)
	}
	if err := s.fs.SyncDir(shardOf(d)); err != nil && !isGone(err) {
		return fault(op, err)
	}
	return nil
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
	_ = s.fs.Chtimes(pathOf(d), time.Now()) // a damaged disk may not take it; then it is older than it is
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

// QuarantinedFile is a file that was set aside.
type QuarantinedFile struct {
	Digest digest.Digest
	// Unknown says that nothing referred to the blob; otherwise the file was damaged.
	Unknown bool
	// Size is in bytes.
	Size int64
	// Since is when it was set aside.
	Since time.Time
}

// Quarantined lists the files that were set aside. Kinds: Internal.
func (s *Store) Quarantined() ([]QuarantinedFile, error) {
	const op = "blob.Quarantined"
	names, err := s.fs.ReadDir(quarantineFolder)
	if isGone(err) {
		return nil, nil
	}
	var list []QuarantinedFile
	for _, name := range names {
		a, ok := parseQuarantineName(name)
		if !ok {
			continue
		}
		info, err := s.fs.Stat(quarantineFolder + "/" + name)
		if isGone(err) {
			continue
		}
		if err != nil {
			return list, fault(op, err)
		}
		a.Size, a.Since = info.Size(), info.ModTime()
		list = append(list, a)
	}
	return list, fault(op, err)
}

// CountUnknown counts the files that were set aside because nothing referred to them. Kinds:
// Internal.
func (s *Store) CountUnknown() (n int, err error) {
	names, err := s.fs.ReadDir(quarantineFolder)
	if isGone(err) {
		return 0, nil
	}
	for _, name := range names {
		if a, ok := parseQuarantineName(name); ok && a.Unknown {
			n++
		}
	}
	return n, fault("blob.CountUnknown", err)
}

// parseQuarantineName tells which blob's file has a name in the folder of what is set aside.
func parseQuarantineName(name string) (QuarantinedFile, bool) {
	text, unknown := strings.CutPrefix(name, unknownPrefix)
	algorithm, hex, _ := strings.Cut(text, "-")
	d := digest.NewDigestFromEncoded(digest.Algorithm(algorithm), hex)
	return QuarantinedFile{Digest: d, Unknown: unknown}, known(digest.Algorithm(algorithm)) && check(d) == nil
}

// RemoveQuarantined removes a file that was set aside because it was damaged, for good. Kinds: those
// of Remove.
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
