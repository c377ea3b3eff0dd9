package blob

import (
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// QuarantineUnknown moves a blob's file that nothing refers to, and that was committed before a
// time, to the folder quarantine: what is merely not known must not be removed, since it may
// be the knowledge that was lost. It reports whether it did; a blob that is needed or held
// stays. Kinds: those of Remove and of needed.
func (s *Store) QuarantineUnknown(d digest.Digest, before time.Time, needed Needed) (bool, error) {
	const op = "blob.QuarantineUnknown"
	if err := s.createQuarantine(); err != nil {
		return false, errs.Wrap(op, err)
	}
	moved, err := s.unneeded(d, before, needed, func() error {
		// From now on its time is when it was set aside. Should the power go before it is
		// moved, it is a young blob, which a later sweep sets aside.
		if err := s.fs.Chtimes(pathOf(d), time.Now()); err != nil {
			return err
		}
		return s.fs.Rename(pathOf(d), unknownPath(d))
	})
	if err == nil && moved {
		err = s.syncQuarantine(d)
	}
	return moved, errs.Wrap(op, err)
}

// UnquarantineUnknown gives a file that QuarantineUnknown moved its name again, if there is one and
// nothing has the name: something refers to it again. It reports whether it did. Kinds: those
// of Remove.
func (s *Store) UnquarantineUnknown(d digest.Digest) (bool, error) {
	const op = "blob.UnquarantineUnknown"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	if _, err := s.fs.Stat(unknownPath(d)); isGone(err) {
		return false, nil
	} else if err != nil {
		return false, fault(op, err)
	}
	if err := s.shard(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	moved, err := s.nameAgain(d)
	if err == nil && moved {
		err = s.syncQuarantine(d)
	}
	return moved, errs.Wrap(op, err)
}

func (s *Store) nameAgain(d digest.Digest) (bool, error) {
	const op = "blob.nameAgain"
	s.naming.Lock()
	defer s.naming.Unlock()
	_, err := s.fs.Stat(pathOf(d))
	if err == nil {
		return false, nil
	}
	if isGone(err) {
		err = s.fs.Rename(unknownPath(d), pathOf(d))
	}
	if isGone(err) {
		return false, nil
	}
	return err == nil, fault(op, err)
}

// RemoveUnknown removes a file that QuarantineUnknown moved, for good, unless something refers to
// the blob and nothing has its name. Kinds: those of Remove and of needed.
func (s *Store) RemoveUnknown(d digest.Digest, needed Needed) (bool, error) {
	const op = "blob.RemoveUnknown"
	if err := check(d); err != nil {
		return false, errs.Wrap(op, err)
	}
	s.naming.Lock()
	defer s.naming.Unlock()
	_, err := s.fs.Stat(pathOf(d))
	if err != nil && !isGone(err) {
		return false, fault(op, err)
	}
	if isGone(err) {
		if is, err := needed(d); err != nil || is {
			return false, errs.Wrap(op, err)
		}
	}
	err = s.fs.Remove(unknownPath(d))
	if isGone(err) {
		return false, nil
	}
	return err == nil, fault(op, err)
}
