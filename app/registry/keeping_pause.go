package registry

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// maxConsecutive is how many damaged blobs, with no whole one between them, are no longer
	// believed to be: then the disk is gone, and taking its files for damaged would help
	// nobody.
	maxConsecutive = 20
	// probes is how many files are tried while the scrub is paused: half of them those that
	// were read longest ago, and half of them any.
	probes = 20
	// probesRead is how many of those that are there are read.
	probesRead = 3
)

// pause pauses the scrub if the last blobs that it read were all damaged. The number is
// kept in the database, so that neither the next round nor a restart begins anew. Errors:
// Unavailable if it paused.
func (s *Scrubber) pause(ctx context.Context) error {
	paused := false
	err := s.db.Update(ctx, func(tx *store.Tx) error {
		state, err := tx.ScrubState(ctx)
		if err != nil || state.Consecutive < maxConsecutive {
			return err
		}
		paused = true
		return tx.PauseScrub(ctx)
	})
	if err == nil && paused {
		err = errScrubPaused
	}
	return err
}

// errScrubPaused says why no blobs are marked as damaged.
var errScrubPaused = errs.E("registry.Scrubber.pause", errs.Unavailable, "The last %d files checked are all missing or damaged, so the disk may be gone, and no more are quarantined. Check the disk; checking resumes when a file can be read, or with \"sregistry maintenance resume scrub\".", maxConsecutive)

// probeDisk resumes the scrub if the disk is well again: half of some files are there, and the
// smallest of these are whole. Nothing is marked meanwhile. Errors: Unavailable if it is not.
func (s *Scrubber) probeDisk(ctx context.Context) error {
	list, err := s.probed(ctx)
	if err != nil {
		return err
	}
	all := len(list)
	list = slices.DeleteFunc(list, func(b store.Blob) bool {
		size, err := s.blobs.Size(b.Digest)
		return err != nil || size != b.Size
	})
	if len(list) < (all+1)/2 {
		return errScrubPaused
	}
	for _, b := range list[:min(len(list), probesRead)] {
		if _, err := s.blobs.VerifyFile(ctx, b.Digest, s.throttle()); err != nil {
			if errs.Is(err, errs.Canceled) {
				return err
			}
			return errScrubPaused
		}
	}
	s.log.Info("files can be read again, so the scrub resumes", "probed", all, "found", len(list))
	_, err = s.resume(ctx, model.Actor{})
	return err
}

// probed gives the blobs to try, the smallest first.
func (s *Scrubber) probed(ctx context.Context) (list []store.Blob, err error) {
	var any [32]byte
	rand.Read(any[:])
	from := digest.NewDigestFromEncoded(digest.SHA256, hex.EncodeToString(any[:]))
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		if list, err = tx.DueBlobs(ctx, tx.Now, probes/2); err != nil {
			return err
		}
		more, err := tx.Blobs(ctx, from, probes/2)
		list = append(list, more...)
		return err
	})
	slices.SortFunc(list, func(a, b store.Blob) int { return cmp.Compare(a.Size, b.Size) })
	return list, err
}

// resume has blobs marked again, and reports whether that was paused. The next round
// checks what was marked before.
func (s *Scrubber) resume(ctx context.Context, actor model.Actor) (was bool, err error) {
	err = s.db.Update(ctx, func(tx *store.Tx) (err error) {
		if was, err = tx.ResumeScrub(ctx); err != nil || !was {
			return err
		}
		return tx.Record(ctx, actor.Did(model.Resumed, "scrub"))
	})
	return was, err
}

// ResumeScrub has the scrub mark damaged blobs again, after it found so many that it paused,
// and reports whether it was. For admins. A server notices within a minute that another
// process has called it. Errors: Forbidden, Unauthenticated.
func (s *Service) ResumeScrub(ctx context.Context, actor model.Actor) (was bool, err error) {
	const op = "registry.ResumeScrub"
	if err := requireAdmin(op, actor); err != nil {
		return false, err
	}
	was, err = s.Scrubber.resume(ctx, actor)
	return was, errs.Wrap(op, err)
}

// ResumeCleanup has the sweep remove things again, and trusts the database to know all files.
// It reports whether that was paused. For admins. Errors: Forbidden, Unauthenticated.
func (s *Service) ResumeCleanup(ctx context.Context, actor model.Actor) (was bool, err error) {
	const op = "registry.ResumeCleanup"
	if err := requireAdmin(op, actor); err != nil {
		return false, err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		l, err := tx.Lineage(ctx)
		if was = !l.Arrived.IsZero(); err != nil || !was {
			return err
		}
		if err := tx.SetArrived(ctx, false); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.Resumed, "cleanup"))
	})
	return was, errs.Wrap(op, err)
}
