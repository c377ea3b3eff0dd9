package registry

import (
	"context"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// sweepBatch is how many rows one transaction of a sweep removes, so that pushes never
// wait long for it.
const sweepBatch = 200

// orphanAge is how old a file must be before a sweep takes it for one that no row will
// ever name. A push writes the row within moments of the file.
const orphanAge = time.Hour

// minUntaggedAge is how long an image without a tag stays at least, however short the grace
// period: clients push an image first and tag it in a request of its own.
const minUntaggedAge = time.Hour

// untaggedGrace is how long an image stays that no tag or index names.
func (s *Service) untaggedGrace() time.Duration { return max(s.Settings().Grace, minUntaggedAge) }

// SweepResult tells what a sweep let go.
type SweepResult struct {
	Uploads int   // left by their clients
	Tags    int   // that went by the rules of their collections
	Images  int   // without a tag, or deleted, for longer than the grace period
	Blobs   int   // that no container held any more
	Bytes   int64 // of the files that were removed, of blobs and orphans
	Orphans int   // files that no row named
}

func (s *SweepResult) add(o SweepResult) {
	s.Uploads += o.Uploads
	s.Tags += o.Tags
	s.Images += o.Images
	s.Blobs += o.Blobs
	s.Bytes += o.Bytes
	s.Orphans += o.Orphans
}

// Sweep removes what nothing refers to any more: stale uploads, images whose grace period is
// over, blobs that no image uses, and files that a crash left behind. Pushes and pulls may go
// on meanwhile: a row is always removed before its file, and a file that was committed a short
// while ago is never removed, so no push can lose what it was just told is safe. Signatures
// whose keys have expired are judged again. If the database or the disk fails, Sweep gives
// what was done so far along with the error, and the next sweep goes on from there.
func (s *Service) Sweep(ctx context.Context) (SweepResult, error) {
	const op = "registry.Sweep"
	var done SweepResult
	for _, step := range []func(context.Context, *SweepResult) error{
		s.sweepUploads, s.sweepRetention, s.sweepImages, s.sweepDeleted, s.sweepBlobs, s.sweepOrphans, s.sweepQuarantine,
	} {
		if err := step(ctx, &done); err != nil {
			return done, errs.Wrap(op, err)
		}
	}
	if err := s.sweepExpiredKeys(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	if err := s.sweepEvents(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	if err := s.sweepDeliveries(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	s.addSweepStats(done)
	return done, errs.Wrap(op, s.recordSweep(ctx, done))
}

// recordSweep notes what the registry holds after a sweep, forgets links that have expired, and
// records the sweep if it removed anything.
func (s *Service) recordSweep(ctx context.Context, done SweepResult) error {
	var sample model.Sample
	err := s.db.View(ctx, func(tx *store.Tx) (err error) { // so that no push waits while things are counted
		sample, err = tx.Sample(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SaveSample(ctx, sample); err != nil {
			return err
		}
		if err := tx.SweepLinks(ctx); err != nil || done.Images+done.Blobs == 0 {
			return err
		}
		return tx.Record(ctx, model.Actor{}.Did(model.Swept, "", "images", strconv.Itoa(done.Images), "blobs", strconv.Itoa(done.Blobs),
			"bytes", strconv.FormatInt(done.Bytes, 10)))
	})
}

func (s *Service) sweepUploads(ctx context.Context, done *SweepResult) error {
	var ids []string
	err := s.db.Update(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.SweepUploads(ctx, tx.Now.Add(-s.Settings().UploadLife))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		// One that is being written to again right now goes with the next sweep's orphans.
		if err := s.blobs.Discard(id); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	done.Uploads += len(ids)
	return nil
}

func (s *Service) sweepImages(ctx context.Context, done *SweepResult) error {
	for {
		var n int
		err := s.db.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.SweepImages(ctx, tx.Now.Add(-s.Settings().Grace), tx.Now.Add(-s.untaggedGrace()), sweepBatch)
			return err
		})
		done.Images += n
		if err != nil || n == 0 {
			return err
		}
	}
}

// sweepDeleted removes containers and collections whose grace period is over, with all that
// is in them, and forgets what tags named before it.
func (s *Service) sweepDeleted(ctx context.Context, _ *SweepResult) error {
	for more := true; more; {
		err := s.db.Update(ctx, func(tx *store.Tx) error {
			since := tx.Now.Add(-s.Settings().Grace)
			n, err := tx.SweepDeletions(ctx, since, sweepBatch)
			if err != nil {
				return err
			}
			more, err = tx.SweepDeleted(ctx, since, sweepBatch)
			more = more || n > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweepBlobs(ctx context.Context, done *SweepResult) error {
	for {
		var held int64
		var gone []store.Blob
		var before time.Time
		err := s.db.Update(ctx, func(tx *store.Tx) (err error) {
			before = tx.Now.Add(-s.Settings().UploadLife)
			if held, err = tx.SweepHeld(ctx, before, tx.Now.Add(-abandonedAfter), sweepBatch); err != nil {
				return err
			}
			gone, err = tx.SweepBlobs(ctx, sweepBatch)
			return err
		})
		if err != nil {
			return err
		}
		done.Blobs += len(gone)
		if _, err := s.removeFiles(gone, time.Now().Add(-orphanAge), done); err != nil {
			return err
		}
		if held == 0 && len(gone) == 0 {
			return nil
		}
	}
}

// removeFiles removes those of the files that are older than a moment, and counts their
// bytes: a young one stays, and takes its place on the disk, though its row is gone.
func (s *Service) removeFiles(list []store.Blob, old time.Time, done *SweepResult) (removed int, err error) {
	sizes := make(map[digest.Digest]int64, len(list))
	digests := make([]digest.Digest, len(list))
	for at, b := range list {
		digests[at], sizes[b.Digest] = b.Digest, b.Size
	}
	gone, err := s.blobs.Sweep(old, digests)
	for _, d := range gone {
		done.Bytes += sizes[d]
	}
	return len(gone), err
}

// sweepOrphans removes files that no row names: of a push that was cut off between its
// file and its row, or of a sweep that was cut off between the row and the file.
func (s *Service) sweepOrphans(ctx context.Context, done *SweepResult) error {
	old := time.Now().Add(-orphanAge)
	var orphans []store.Blob
	err := s.blobs.Walk(ctx, func(e blob.Entry) error {
		if e.Digest == "" || e.Changed.After(old) {
			return nil
		}
		return s.db.Peek(ctx, func(tx *store.Tx) error {
			known, err := tx.HasBlob(ctx, e.Digest)
			if err == nil && !known {
				orphans = append(orphans, store.Blob{Digest: e.Digest, Size: e.Size})
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	n, err := s.removeFiles(orphans, old, done)
	done.Orphans += n
	if err != nil {
		return err
	}
	return s.sweepLeftUploads(ctx, old, done)
}

// sweepLeftUploads removes files of uploads that no row names. The file goes after the row
// was looked for, so that no reader of the database waits for the disk.
func (s *Service) sweepLeftUploads(ctx context.Context, old time.Time, done *SweepResult) error {
	uploads, err := s.blobs.Uploads()
	if err != nil {
		return err
	}
	for _, u := range uploads {
		if u.Open || u.Changed.After(old) {
			continue
		}
		known := false
		err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
			known, err = tx.HasUpload(ctx, u.ID)
			return err
		})
		if err != nil {
			return err
		}
		if known {
			continue
		}
		err = s.blobs.Discard(u.ID)
		if errs.Is(err, errs.Conflict) { // somebody writes to it again
			continue
		}
		if err != nil {
			return err
		}
		done.Orphans++
		done.Bytes += u.Size
	}
	return nil
}
