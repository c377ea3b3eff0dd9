package registry

import (
	"context"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// sweepBatch is how many rows one transaction of a sweep removes, so that pushes never
// wait long for it.
const sweepBatch = 200

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
	Bytes   int64 // of the files that were removed
	Unknown int   // files without a row, moved to quarantine
	// Paused is until when nothing is swept, because the database may not know all files;
	// zero if something was.
	Paused time.Time
}

func (s *SweepResult) add(o SweepResult) {
	s.Uploads += o.Uploads
	s.Tags += o.Tags
	s.Images += o.Images
	s.Blobs += o.Blobs
	s.Bytes += o.Bytes
	s.Unknown += o.Unknown
}

// Sweep removes what nothing refers to any more: stale uploads, images whose grace period is
// over, and blobs that no image uses. Files without a row are only moved to quarantine, since
// it may be the row that was lost. Pushes and pulls may go on meanwhile: a row is always
// removed before its file, and a file that a push has brought is held until its row is
// written, so no push can lose what it was just told is safe. Signatures whose keys have
// expired are judged again. While the database may not know all files, none of that is done
// but the last. If the database or the disk fails, Sweep gives what was done so far along
// with the error, and the next sweep goes on from there.
func (k *Keeper) Sweep(ctx context.Context) (SweepResult, error) {
	const op = "registry.Keeper.Sweep"
	var done SweepResult
	steps := []func(context.Context, *SweepResult) error{
		k.sweepUploads, k.sweepRetention, k.sweepImages, k.sweepDeleted, k.sweepBlobs, k.sweepUnknown, k.sweepUploadFiles, k.sweepQuarantine,
	}
	err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
		done.Paused, err = k.sweepPaused(ctx, tx)
		return err
	})
	if err != nil {
		return done, errs.Wrap(op, err)
	}
	if !done.Paused.IsZero() {
		steps = nil
	}
	for _, step := range steps {
		if err := step(ctx, &done); err != nil {
			return done, errs.Wrap(op, err)
		}
	}
	if err := k.core.Verifier.sweep(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	if err := k.sweepEvents(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	if err := k.core.Deliverer.sweep(ctx); err != nil {
		return done, errs.Wrap(op, err)
	}
	k.addSweep(done)
	return done, errs.Wrap(op, k.recordSweep(ctx, done))
}

// recordSweep notes what the registry holds after a sweep, forgets links that have expired, and
// records the sweep if it removed anything.
func (k *Keeper) recordSweep(ctx context.Context, done SweepResult) error {
	var sample model.Sample
	err := k.db.View(ctx, func(tx *store.Tx) (err error) { // so that no push waits while things are counted
		sample, err = tx.Sample(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return k.db.Update(ctx, func(tx *store.Tx) error {
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

func (k *Keeper) sweepUploads(ctx context.Context, done *SweepResult) error {
	var ids []string
	err := k.db.Update(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.SweepUploads(ctx, tx.Now.Add(-k.core.Settings().UploadLife))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		// One that is being written to again right now goes with those that have no row.
		if err := k.blobs.Discard(id); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	done.Uploads += len(ids)
	return nil
}

func (k *Keeper) sweepImages(ctx context.Context, done *SweepResult) error {
	for {
		var n int
		err := k.db.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.SweepImages(ctx, tx.Now.Add(-k.core.Settings().Grace), tx.Now.Add(-k.core.untaggedGrace()), sweepBatch)
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
func (k *Keeper) sweepDeleted(ctx context.Context, _ *SweepResult) error {
	for more := true; more; {
		err := k.db.Update(ctx, func(tx *store.Tx) error {
			since := tx.Now.Add(-k.core.Settings().Grace)
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

func (k *Keeper) sweepBlobs(ctx context.Context, done *SweepResult) error {
	for {
		var held int64
		var gone []store.Blob
		var before time.Time
		err := k.db.Update(ctx, func(tx *store.Tx) (err error) {
			before = tx.Now.Add(-k.core.Settings().UploadLife)
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
		bytes, err := k.freeFiles(ctx, gone)
		done.Bytes += bytes
		if err != nil {
			return err
		}
		if held == 0 && len(gone) == 0 {
			return nil
		}
	}
}

// freeFiles removes the files of blobs whose rows are gone, and tells how many bytes the disk
// got back: not those of a file that a push is about to name again.
func (k *Keeper) freeFiles(ctx context.Context, list []store.Blob) (bytes int64, err error) {
	sizes := make(map[digest.Digest]int64, len(list))
	digests := make([]digest.Digest, len(list))
	for at, b := range list {
		digests[at], sizes[b.Digest] = b.Digest, b.Size
	}
	gone, err := k.blobs.Free(digests, k.hasRow(ctx))
	for _, d := range gone {
		bytes += sizes[d]
	}
	return bytes, err
}
