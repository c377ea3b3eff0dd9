package blob

import (
	"sregistry/app/errs"
)

// Upload is content on its way in. One goroutine at a time may use it, and has to end it
// with Close or Abort; after a Commit that worked, both do nothing.
type Upload struct {
	store *Store
	id    string
	path  string
	file  File
	sums  sums
	// offset is how many bytes the file holds and sums have seen.
	offset int64
	// handed is up to where the kernel was asked to start writing.
	handed int64
	// named tells that the file's name is durable.
	named bool
	// broken is why the file can no longer be trusted beyond the last checkpoint.
	broken error
	ended  bool
}

// Checkpoint is durable progress: where an upload stands, and the state of its hashes
// there. The zero value is the beginning.
type Checkpoint struct {
	Offset int64
	State  []byte
}

// UploadOption alters what an upload keeps.
type UploadOption func(*Upload)

// WithSHA512 has an upload hashed by sha512 too, for a client which says at the start
// that it will ask for that. It doubles the price of hashing.
func WithSHA512() UploadOption {
	return func(u *Upload) { u.sums = newSums(true) }
}

// Create starts an upload under an id that the caller has drawn: 16 to 64 letters, digits,
// hyphens and underscores. Kinds: Invalid, Conflict if the id is in use, NoSpace,
// Unavailable, Internal.
func (s *Store) Create(id string, options ...UploadOption) (*Upload, error) {
	const op = "blob.Create"
	u, err := s.claim(id)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	u.sums = newSums(false)
	for _, option := range options {
		option(u)
	}
	u.file, err = s.fs.Create(u.path)
	if err != nil {
		s.release(id)
		if isExist(err) {
			return nil, errs.E(op, errs.Conflict, "An upload of this name exists already. Start another one.")
		}
		return nil, fault(op, err)
	}
	return u, nil
}

// Resume takes up an upload at a checkpoint; what the file holds beyond it is dropped. At
// the beginning there need be no file yet, so that an upload costs nothing before its first
// byte. Kinds: NotFound if the file or the bytes before the checkpoint are gone, Conflict
// while somebody else writes to it, Invalid for a checkpoint of another place.
func (s *Store) Resume(id string, at Checkpoint) (*Upload, error) {
	const op = "blob.Resume"
	u, err := s.claim(id)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if err := u.reopen(at); err != nil {
		if u.file != nil {
			u.file.Close()
		}
		s.release(id)
		return nil, errs.Wrap(op, err)
	}
	return u, nil
}

func (u *Upload) reopen(at Checkpoint) error {
	const op = "blob.reopen"
	var err error
	begun := at.Offset != 0 || len(at.State) > 0
	u.sums, u.offset, u.handed, u.named = newSums(false), at.Offset, at.Offset, begun
	if begun {
		if u.sums, err = restore(at); err != nil {
			return errs.Because(op, errs.Invalid, err, "This upload cannot be taken up where it stopped. Start it again.")
		}
	}
	gone := errs.E(op, errs.NotFound, "This upload is gone. Start it again.")
	u.file, err = u.store.fs.OpenWrite(u.path)
	if isGone(err) && !begun {
		u.file, err = u.store.fs.Create(u.path)
		return fault(op, err)
	}
	if isGone(err) {
		return gone
	}
	if err != nil {
		return fault(op, err)
	}
	info, err := u.file.Stat()
	if err != nil {
		return fault(op, err)
	}
	// A file that is sealed already may bear a blob's name as well, if the power went
	// while it was being renamed: it must not change any more.
	if info.Size() < at.Offset || info.Mode().Perm() == sealed {
		return gone
	}
	return fault(op, u.file.Truncate(at.Offset))
}

// Offset is how many bytes have been taken, durable or not.
func (u *Upload) Offset() int64 { return u.offset }

// Checkpoint makes all that was taken so far durable, and gives what Resume needs to go
// on from here. Kinds: NoSpace, Internal; after a failure only an earlier checkpoint
// can be trusted.
func (u *Upload) Checkpoint() (Checkpoint, error) {
	const op = "blob.Checkpoint"
	if err := u.usable(op); err != nil {
		return Checkpoint{}, err
	}
	if err := u.sync(); err != nil {
		return Checkpoint{}, errs.Wrap(op, err)
	}
	if !u.named {
		if err := u.store.fs.SyncDir(uploadsFolder); err != nil {
			return Checkpoint{}, fault(op, err)
		}
		u.named = true
	}
	state, err := u.sums.state(u.offset)
	return Checkpoint{Offset: u.offset, State: state}, errs.Wrap(op, err)
}

// sync makes the bytes durable. After a failure the kernel may have dropped what it could
// not write and report success the next time, so there is no second try.
func (u *Upload) sync() error {
	err := fault("blob.sync", u.file.Sync())
	u.broken = err
	return err
}

// usable refuses work on an upload which has ended, or whose file failed.
func (u *Upload) usable(op string) error {
	if u.ended {
		return errs.E(op, errs.Conflict, "This upload has ended. Start another one.")
	}
	return errs.Wrap(op, u.broken)
}

// Close ends the work and keeps the file, for Resume. What was not in a checkpoint may be lost.
func (u *Upload) Close() error {
	if u.ended {
		return nil
	}
	return fault("blob.Close", u.end())
}

// Abort ends the work and removes the file.
func (u *Upload) Abort() error {
	const op = "blob.Abort"
	if u.ended {
		return nil
	}
	// Removed first: once the id is released another may claim it.
	err := u.store.fs.Remove(u.path)
	if isGone(err) {
		err = nil
	}
	if closing := u.end(); err == nil {
		err = closing
	}
	return fault(op, err)
}

func (u *Upload) end() error {
	u.ended = true
	err := u.file.Close()
	u.store.release(u.id)
	return err
}

// Discard removes an upload that nobody writes to; one that is gone is not an error. Kinds:
// Invalid, Conflict while somebody writes to it, Internal.
func (s *Store) Discard(id string) error {
	const op = "blob.Discard"
	u, err := s.claim(id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer s.release(id)
	if err := s.fs.Remove(u.path); err != nil && !isGone(err) {
		return fault(op, err)
	}
	return nil
}

// claim gives an id to one writer alone, until release.
func (s *Store) claim(id string) (*Upload, error) {
	path, err := uploadPath(id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id] {
		return nil, errs.E("blob.claim", errs.Conflict, "Somebody else is writing to this upload. Wait for it to end.")
	}
	s.open[id] = true
	return &Upload{store: s, id: id, path: path}, nil
}

func (s *Store) release(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
}
