package registry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/time/rate"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// scrubInterval is how often the scrub sees which blobs are due.
	scrubInterval = time.Minute
	// scrubReportInterval is how often it notes at least that it lives.
	scrubReportInterval = time.Hour
	// recheckEvery is how often it sees whether damaged blobs are whole after all.
	recheckEvery = 24 * time.Hour
	// throttleBurst is how much is read at once, in bytes; no less than the buffer it is read by.
	throttleBurst = 1 << 20
)

// ScrubResult tells what a scrub did.
type ScrubResult struct {
	Blobs     int // that were read
	Bytes     int64
	Damaged   int // of those
	Recovered int // blobs that were damaged, and are whole after all
}

// Scrubber reads every blob once within the time that the settings say, and quarantines the
// corrupt ones.
type Scrubber struct {
	db       *store.DB
	blobs    *blob.Store
	log      *slog.Logger
	settings func() Settings
	suspects suspectBlobs
	limiter  *rate.Limiter // of what is read
	// paused tells that the scrub was, and resumed that it is no more: what it has marked may
	// be whole.
	paused, resumed atomic.Bool
}

func newScrubber(db *store.DB, blobs *blob.Store, log *slog.Logger, settings func() Settings) *Scrubber {
	return &Scrubber{db: db, blobs: blobs, log: log, settings: settings, suspects: suspectBlobs{wake: make(chan struct{}, 1)},
		limiter: rate.NewLimiter(throttleBurst, throttleBurst)}
}

// Run reads every blob once within the time that the settings say, and at their rate, until
// ctx is done; those that were read longest ago come first. A damaged blob is set aside: from
// then on it does not exist, for anybody, until the same content is pushed again.
func (s *Scrubber) Run(ctx context.Context) {
	look := time.NewTicker(scrubInterval)
	defer look.Stop()
	var rechecked, noted time.Time
	var failed string
	for {
		now := time.Now()
		var done ScrubResult
		var recovered int
		var err error
		if now.Sub(rechecked) > recheckEvery || s.resumed.Swap(false) {
			rechecked = now
			recovered, err = s.Recheck(ctx)
		}
		if err == nil {
			done, err = s.RunDue(ctx)
		}
		done.Recovered = recovered
		// What keeps failing is told once an hour.
		news := done != ScrubResult{} || errs.Message(err) != failed || err != nil && failed == ""
		if ctx.Err() == nil && (news || now.Sub(noted) > scrubReportInterval) {
			noted, failed = now, errs.Message(err)
			s.record(ctx, done, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.suspects.wake:
		case <-look.C:
		}
	}
}

// record tells those who run the registry what the scrub has come to.
func (s *Scrubber) record(ctx context.Context, done ScrubResult, failed error) {
	said := fmt.Sprintf("%d blobs read, %d of them damaged.", done.Blobs, done.Damaged)
	if failed != nil {
		s.log.Error("scrub", "error", failed)
		if said = errs.Message(failed); said == "" {
			said = "It failed; the log says why."
		}
	} else if done.Blobs > 0 {
		s.log.Info("scrubbed", "blobs", done.Blobs, "bytes", done.Bytes, "damaged", done.Damaged, "healed", done.Recovered)
	}
	err := s.db.Update(ctx, func(tx *store.Tx) error { return tx.RecordTask(ctx, scrubTask, failed == nil, said) })
	if err != nil && !errs.Is(err, errs.Canceled) {
		s.log.Error("scrub", "error", err)
	}
}

// RunDue reads all blobs whose time has come, or that are suspected. If so many are damaged
// that it must be the disk, it pauses: no more are marked, also not after a restart, until a
// file can be read again or somebody calls ResumeScrub. Errors: Unavailable while it is
// paused.
func (s *Scrubber) RunDue(ctx context.Context) (ScrubResult, error) {
	const op = "registry.Scrubber.RunDue"
	var done ScrubResult
	if err := s.recordSuspects(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	for {
		var state store.ScrubState
		var due []store.Blob
		err := s.db.View(ctx, func(tx *store.Tx) (err error) {
			if state, err = tx.ScrubState(ctx); err != nil {
				return err
			}
			var before time.Time // only what is suspected
			if every := s.settings().ScrubEvery; every > 0 {
				before = tx.Now.Add(-every)
			}
			due, err = tx.DueBlobs(ctx, before, sweepBatch)
			return err
		})
		if err == nil && !state.Paused.IsZero() {
			s.paused.Store(true)
			err = s.probeDisk(ctx)
		}
		if err == nil && s.paused.Swap(false) { // maybe by another process
			s.resumed.Store(true)
			s.notify()
		}
		if err != nil || len(due) == 0 {
			return done, errs.Wrap(op, err)
		}
		for _, b := range due {
			whole, err := s.scrub(ctx, b)
			if err != nil {
				return done, errs.Wrap(op, err)
			}
			done.Blobs++
			done.Bytes += b.Size
			if !whole {
				done.Damaged++
				if err := s.pause(ctx); err != nil {
					return done, errs.Wrap(op, err)
				}
			}
		}
	}
}

// throttle lets as much through as the settings allow.
func (s *Scrubber) throttle() blob.Throttle {
	s.limiter.SetLimit(rate.Limit(max(s.settings().ScrubRate, throttleBurst)))
	return s.limiter.WaitN
}

// scrub reads a blob and notes what was found.
func (s *Scrubber) scrub(ctx context.Context, b store.Blob) (whole bool, err error) {
	seen, err := s.blobs.VerifyFile(ctx, b.Digest, s.throttle())
	if errs.Is(err, errs.NotFound) {
		// It may be in quarantine, because the row that names it was missing for a while.
		back, failed := s.blobs.UnquarantineUnknown(b.Digest)
		if failed != nil {
			return false, failed
		}
		if back {
			seen, err = s.blobs.VerifyFile(ctx, b.Digest, s.throttle())
		}
	}
	what := ""
	switch {
	case err == nil:
	case errs.Is(err, errs.NotFound):
		what = "is missing"
	case errs.Is(err, errs.DigestInvalid):
		what = "does not have the content that its digest says"
	case errs.Is(err, errs.Internal):
		what = "cannot be read"
	default: // canceled, or too many files open: nothing is known of the blob
		return false, err
	}
	if what == "" {
		return true, s.db.Update(ctx, func(tx *store.Tx) error { return tx.MarkIntact(ctx, b.Digest) })
	}
	return false, s.quarantine(ctx, b.Digest, seen, what)
}

// quarantine makes a damaged blob cease to exist. The row comes first: from then on no push is
// told that the content is here. A push that brings it all the same puts another file
// in place, which is left alone, and means that the blob is whole.
func (s *Scrubber) quarantine(ctx context.Context, d digest.Digest, seen blob.FileID, what string) error {
	var images []string
	err := s.db.Update(ctx, func(tx *store.Tx) (err error) {
		// A sweep may have let it go meanwhile; then nothing is lost.
		known, err := tx.HasBlob(ctx, d)
		if err != nil || !known {
			return err
		}
		if images, err = tx.ImagesWith(ctx, d, maxAffectedImages); err != nil {
			return err
		}
		if err := tx.MarkCorrupt(ctx, d, what); err != nil {
			return err
		}
		return tx.Record(ctx, model.Actor{}.Did(model.BlobCorrupted, d.String(), "what", what, "images", strings.Join(images, " ")))
	})
	if err != nil {
		return err
	}
	quarantined, err := s.blobs.Quarantine(d, seen)
	if err != nil {
		return err
	}
	if !quarantined {
		return s.markIntact(ctx, d)
	}
	s.log.Error("a blob is damaged; push its images again to mend it", "digest", d, "what", what, "images", images)
	return nil
}

// markIntact notes that a blob is whole again, and removes the damaged file.
func (s *Scrubber) markIntact(ctx context.Context, d digest.Digest) error {
	if err := s.db.Update(ctx, func(tx *store.Tx) error { return tx.MarkIntact(ctx, d) }); err != nil {
		return err
	}
	return s.blobs.RemoveQuarantined(d)
}

// Recheck sees which damaged blobs are whole after all, such as when a disk could not be
// read for a while, and finishes what a crash has left half. It tells how many are.
// Errors: Canceled, Unavailable if the disk cannot be read just now.
func (s *Scrubber) Recheck(ctx context.Context) (recovered int, err error) {
	const op = "registry.Scrubber.Recheck"
	for page := (model.Page{Limit: model.MaxLimit}); ; {
		var list []model.CorruptBlob
		err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.CorruptBlobs(ctx, page)
			return err
		})
		if err != nil {
			return recovered, errs.Wrap(op, err)
		}
		list, next := model.Cut(page, list, func(d model.CorruptBlob) string { return string(d.Digest) })
		for _, d := range list {
			whole, err := s.recheck(ctx, d.Digest)
			if err != nil {
				return recovered, errs.Wrap(op, err)
			}
			if whole {
				recovered++
			}
		}
		if page.After = next; next == "" {
			return recovered, nil
		}
	}
}

func (s *Scrubber) recheck(ctx context.Context, d digest.Digest) (whole bool, err error) {
	if _, err := s.blobs.UnquarantineUnknown(d); err != nil {
		return false, err
	}
	seen, err := s.blobs.VerifyFile(ctx, d, s.throttle())
	switch {
	case err == nil:
		return true, s.markIntact(ctx, d)
	case errs.Is(err, errs.Canceled) || errs.Is(err, errs.Unavailable):
		return false, err
	}
	quarantined, err := s.blobs.Quarantine(d, seen) // if the server died before it came to that
	if err != nil {
		return false, err
	}
	if quarantined {
		whole, err = s.blobs.Unquarantine(ctx, d, s.throttle())
	}
	if err == nil && (whole || !quarantined) {
		err = s.markIntact(ctx, d)
	}
	return whole || !quarantined, err
}

// maxSuspectBlobs bounds the blobs that are suspected until the scrub comes to note them.
const maxSuspectBlobs = 1000

// suspectBlobs are blobs that a pull found wanting. They are noted in memory, so that no pull
// waits for the database to be written.
type suspectBlobs struct {
	mu    sync.Mutex
	blobs map[digest.Digest]struct{}
	wake  chan struct{} // when there is one to be read at once
}

// request has the scrub read a blob at once. One that finds no place is suspected again by
// the next pull. It never waits.
func (s *Scrubber) request(d digest.Digest) {
	s.suspects.mu.Lock()
	if s.suspects.blobs == nil {
		s.suspects.blobs = map[digest.Digest]struct{}{}
	}
	if len(s.suspects.blobs) < maxSuspectBlobs {
		s.suspects.blobs[d] = struct{}{}
	}
	s.suspects.mu.Unlock()
	s.notify()
}

// notify has the scrub look at once.
func (s *Scrubber) notify() {
	select {
	case s.suspects.wake <- struct{}{}:
	default: // it was told already
	}
}

// recordSuspects makes what is suspected due to be read.
func (s *Scrubber) recordSuspects(ctx context.Context) error {
	s.suspects.mu.Lock()
	list := s.suspects.blobs
	s.suspects.blobs = nil
	s.suspects.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		for d := range list {
			if err := tx.RequestScrub(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
