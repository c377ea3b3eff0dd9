package blob

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// holdLife is how long a committed blob is held if nobody says what became of it.
const holdLife = 24 * time.Hour

// hold is that of a blob which was committed, by so many uploads whose rows are not known to
// be written.
type hold struct {
	uploads int
	until   time.Time
}

// holdBlob keeps a blob from being freed until Release. The caller has the lock naming.
func (s *Store) holdBlob(d digest.Digest) {
	s.held[d] = hold{s.held[d].uploads + 1, time.Now().Add(holdLife)}
}

// Release tells that a blob which was committed is referred to by now, or will not be: what
// nothing refers to may be freed. It is called once for each Commit. Without it the blob is
// held for a day.
func (s *Store) Release(d digest.Digest) {
	s.naming.Lock()
	defer s.naming.Unlock()
	h := s.held[d]
	if h.uploads--; h.uploads > 0 {
		s.held[d] = h
		return
	}
	delete(s.held, d)
}

// isHeld reports whether a blob is held. The caller has the lock naming.
func (s *Store) isHeld(d digest.Digest) bool {
	h, ok := s.held[d]
	if ok && time.Now().After(h.until) {
		delete(s.held, d)
		return false
	}
	return ok
}
