package blob

import (
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// Needed reports whether something refers to a blob. It is asked while no Commit can give
// the blob its name, so it must not wait for one.
type Needed func(digest.Digest) (bool, error)

// nobody needs a blob.
func nobody(digest.Digest) (bool, error) { return false, nil }

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

// Free removes those of the blobs that are not needed, however young they are, and tells
// which; on an error, which of them went before it. needed may be nil if nothing refers to
// any of them. One that was committed and not released stays: a push is about to refer to
// it. Kinds: those of Remove and of needed.
func (s *Store) Free(blobs []digest.Digest, needed Needed) ([]digest.Digest, error) {
	const op = "blob.Free"
	var freed []digest.Digest
	touched := map[string]bool{}
	for _, d := range blobs {
		gone, err := s.unneeded(d, time.Time{}, needed, func() error { return s.fs.Remove(pathOf(d)) })
		if err != nil {
			return freed, errs.Wrap(op, err)
		}
		if gone {
			freed = append(freed, d)
			touched[shardOf(d)] = true
		}
	}
	for name := range touched {
		if err := s.fs.SyncDir(name); err != nil {
			return freed, fault(op, err)
		}
	}
	return freed, nil
}

// unneeded does something to the file of a blob, and reports that it did, unless the blob is
// needed, held, gone, or was committed after a time, if that is not zero.
func (s *Store) unneeded(d digest.Digest, before time.Time, needed Needed, do func() error) (bool, error) {
	const op = "blob.unneeded"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	if needed == nil {
		needed = nobody
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	if s.isHeld(d) {
		return false, nil
	}
	info, err := s.fs.Stat(pathOf(d))
	if isGone(err) {
		return false, nil
	}
	if err != nil {
		return false, fault(op, err)
	}
	if !before.IsZero() && !info.ModTime().Before(before) {
		return false, nil
	}
	if is, err := needed(d); err != nil || is {
		return false, errs.Wrap(op, err)
	}
	err = do()
	if isGone(err) {
		return false, nil
	}
	return err == nil, fault(op, err)
}
