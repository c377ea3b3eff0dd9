package registry

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// unknownAge is how old a file must be before a sweep takes it for one that no row will name.
// A push writes the row within moments of the file.
const unknownAge = time.Hour

// maxNamed bounds the digests that a line of the log names.
const maxNamed = 10

// hasRow tells whether a row names a blob, for whoever is about to remove its file.
func (k *Keeper) hasRow(ctx context.Context) blob.Needed {
	return func(d digest.Digest) (known bool, err error) {
		err = k.db.Peek(ctx, func(tx *store.Tx) (err error) {
			known, err = tx.HasBlob(ctx, d)
			return err
		})
		return known, err
	}
}

// sweepPaused tells until when nothing may be removed, because the database is in use beside
// files that it may not know: it is another one, or an older copy, for less than the grace
// period. It is zero if nothing stands against it.
func (k *Keeper) sweepPaused(ctx context.Context, tx *store.Tx) (until time.Time, err error) {
	l, err := tx.Lineage(ctx)
	if end := l.Arrived.Add(k.core.untaggedGrace()); !l.Arrived.IsZero() && tx.Now.Before(end) {
		until = end
	}
	return until, err
}

// sweepUnknown moves files that no row names to quarantine: those of a push that was cut off
// between its file and its row, or of a sweep that was cut off between the row and the file.
// It may as well be that the database has lost the rows, so the files are kept there as long
// as deleted images are.
func (k *Keeper) sweepUnknown(ctx context.Context, done *SweepResult) error {
	old, hasRow := time.Now().Add(-unknownAge), k.hasRow(ctx)
	var unknown []blob.Entry
	err := k.blobs.Walk(ctx, func(e blob.Entry) error {
		if e.Digest == "" || e.Changed.After(old) {
			return nil
		}
		known, err := hasRow(e.Digest)
		if err == nil && !known {
			unknown = append(unknown, e)
		}
		return err
	})
	if err != nil {
		return err
	}
	var named []digest.Digest
	files, bytes := 0, int64(0)
	for _, e := range unknown {
		moved, err := k.blobs.QuarantineUnknown(e.Digest, old, hasRow)
		if err != nil {
			return err
		}
		if moved {
			files, bytes = files+1, bytes+e.Size
			if len(named) < maxNamed {
				named = append(named, e.Digest)
			}
		}
	}
	done.Unknown += files
	if files > 0 {
		k.log.Warn("files without a row were moved to quarantine; if the database is not the right one, stop the server and restore it",
			"files", files, "bytes", bytes, "kept", k.core.untaggedGrace().String(), "digests", named)
	}
	return nil
}

// sweepUploadFiles removes what came of uploads that nobody has written to for as long as an
// unfinished upload is kept, and that have no row: of a push in one go that was killed.
func (k *Keeper) sweepUploadFiles(ctx context.Context, done *SweepResult) error {
	old := time.Now().Add(-max(k.core.Settings().UploadLife, unknownAge))
	uploads, err := k.blobs.Uploads()
	if err != nil {
		return err
	}
	for _, u := range uploads {
		if u.Open || u.Changed.After(old) {
			continue
		}
		known := false
		err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
			known, err = tx.HasUpload(ctx, u.ID)
			return err
		})
		if err == nil && !known {
			err = k.blobs.Discard(u.ID)
			done.Uploads++
		}
		if err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// sweepQuarantine removes files from quarantine that are of no use: damaged ones of blobs that
// are whole again, and those that no row has named for as long as deleted images are kept.
func (k *Keeper) sweepQuarantine(ctx context.Context, _ *SweepResult) error {
	if _, err := k.restoreUnknown(ctx); err != nil {
		return err
	}
	list, err := k.blobs.Quarantined()
	if err != nil {
		return err
	}
	old := time.Now().Add(-k.core.untaggedGrace())
	for _, a := range list {
		known, damaged := false, false
		err := k.db.View(ctx, func(tx *store.Tx) (err error) {
			if known, err = tx.HasBlob(ctx, a.Digest); err != nil {
				return err
			}
			damaged, err = tx.IsCorrupt(ctx, a.Digest)
			return err
		})
		switch {
		case err != nil:
			return err
		case !known && a.Since.After(old):
		case a.Unknown:
			var gone bool
			if gone, err = k.blobs.RemoveUnknown(a.Digest, k.hasRow(ctx)); gone && !known {
				k.log.Info("removed a file that no row has named since", "digest", a.Digest, "since", a.Since)
			}
		case !known:
			err = k.blobs.RemoveQuarantined(a.Digest)
		case !damaged:
			err = k.removeRecovered(ctx, a.Digest)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeRecovered removes the damaged file of a blob that is whole again. If it has no other file,
// which a database can say that was copied from elsewhere, the scrub looks at it instead.
func (k *Keeper) removeRecovered(ctx context.Context, d digest.Digest) error {
	_, err := k.blobs.Size(d)
	if errs.Is(err, errs.NotFound) {
		return k.db.Update(ctx, func(tx *store.Tx) error { return tx.RequestScrub(ctx, d) })
	}
	if err != nil {
		return err
	}
	return k.blobs.RemoveQuarantined(d)
}

// RestoreFiles gives the files in quarantine their names again that a row names by now, because
// the right database is back. A server calls it before it answers.
func (k *Keeper) RestoreFiles(ctx context.Context) error {
	_, err := k.restoreUnknown(ctx)
	return errs.Wrap("registry.Keeper.RestoreFiles", err)
}

// restoreUnknown gives the files in quarantine their names again that a row names by now,
// because the right database is back. It tells how many.
func (k *Keeper) restoreUnknown(ctx context.Context) (files int, err error) {
	list, err := k.blobs.Quarantined()
	if err != nil {
		return 0, err
	}
	for _, a := range list {
		if !a.Unknown {
			continue
		}
		if known, err := k.hasRow(ctx)(a.Digest); err != nil || !known {
			if err != nil {
				return files, err
			}
			continue
		}
		back, err := k.blobs.UnquarantineUnknown(a.Digest)
		if err != nil {
			return files, err
		}
		if back {
			files++
		}
	}
	if files > 0 {
		k.log.Warn("files were restored from quarantine, since rows name them again", "files", files)
	}
	return files, nil
}
