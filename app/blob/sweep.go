package blob

import (
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Remove removes a blob for good. One that is gone is not an error. Kinds: Invalid,
// Unsupported, Unavailable, Internal.
func (s *Store) Remove(d digest.Digest) error {
	const op = "blob.Remove"
	if err := check(d); err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.fs.Remove(pathOf(d)); err != nil {
		if isGone(err) {
			return nil
		}
		return fault(op, err)
	}
	return fault(op, s.fs.SyncDir(shardOf(d)))
}

// Sweep removes those of the blobs that were committed before a time, and tells which
// they were; on an error, which of them went before it. A blob that is committed again
// meanwhile stays, so content which nothing refers to can be swept beside running pushes,
// provided a push writes its row sooner than the time is long. Kinds: those of Remove.
func (s *Store) Sweep(before time.Time, blobs []digest.Digest) ([]digest.Digest, error) {
	const op = "blob.Sweep"
	var removed []digest.Digest
	touched := map[string]bool{}
	for _, d := range blobs {
		gone, err := s.removeOld(d, before)
		if err != nil {
			return removed, errs.Wrap(op, err)
		}
		if gone {
			removed = append(removed, d)
			touched[shardOf(d)] = true
		}
	}
	for name := range touched {
		if err := s.fs.SyncDir(name); err != nil {
			return removed, fault(op, err)
		}
	}
	return removed, nil
}

func (s *Store) removeOld(d digest.Digest, before time.Time) (bool, error) {
	const op = "blob.removeOld"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	info, err := s.fs.Stat(pathOf(d))
	if err == nil && !info.ModTime().Before(before) {
		return false, nil
	}
	if err == nil {
		err = s.fs.Remove(pathOf(d))
	}
	if isGone(err) {
		return false, nil
	}
	return err == nil, fault(op, err)
}
