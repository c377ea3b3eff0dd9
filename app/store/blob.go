package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// BlobSize gives the size of a blob that a container holds, in bytes. Errors: NotFound,
// even for a blob that only other containers hold, or for a damaged one.
func (t *Tx) BlobSize(ctx context.Context, container int64, d digest.Digest) (int64, error) {
	const op = "store.BlobSize"
	size, err := one(ctx, t, op, value[int64], `SELECT b.size FROM container_blobs x JOIN blobs b ON b.digest = x.digest
	  WHERE x.container_id = ? AND x.digest = ? AND b.damaged_at = 0`, container, d)
	if errs.Is(err, errs.NotFound) {
		return 0, t.errBlobMissing(ctx, container, d)
	}
	return size, err
}

// errBlobMissing is the error for a blob that a container does not hold, or not whole.
func (t *Tx) errBlobMissing(ctx context.Context, container int64, d digest.Digest) error {
	const op = "store.errBlobMissing"
	held, err := one(ctx, t, op, value[bool], "SELECT EXISTS (SELECT 1 FROM container_blobs WHERE container_id = ? AND digest = ?)", container, d)
	if err != nil {
		return err
	}
	if held {
		return errs.E(op, errs.NotFound, "The blob %s was found damaged, and is not given out any more. Push it again to mend it.", d)
	}
	return errs.E(op, errs.NotFound, "There is no blob %s here.", d)
}

// HoldBlob records that a file is in place, and that a container holds it: as a new blob,
// or as one that others hold too; user is who brought it. The file must be durable by now.
func (t *Tx) HoldBlob(ctx context.Context, container int64, d digest.Digest, size, user int64) error {
	const op = "store.HoldBlob"
	if err := t.run(ctx, op, `INSERT INTO blobs (digest, size, created_at, verified_at) VALUES (?1, ?2, ?3, ?3)
	  ON CONFLICT DO UPDATE SET verified_at = ?3, damaged_at = 0, damage = '' WHERE damaged_at > 0`, d, size, unix(t.Now)); err != nil {
		return err
	}
	return t.run(ctx, op, `INSERT INTO container_blobs (container_id, digest, renewed_at, user_id) VALUES (?1, ?2, ?3, ?4)
	  ON CONFLICT DO UPDATE SET renewed_at = ?3, user_id = ?4, abandoned_at = 0`, container, d, unix(t.Now), user)
}

// HasBlob reports whether a blob is recorded, whoever holds it. It is for the sweeper and
// the check; to others a digest gives no right.
func (t *Tx) HasBlob(ctx context.Context, d digest.Digest) (bool, error) {
	return one(ctx, t, "store.HasBlob", value[bool], "SELECT EXISTS (SELECT 1 FROM blobs WHERE digest = ?)", d)
}

// RecordedSize gives the size that a blob has to have, whoever holds it. Errors: NotFound.
func (t *Tx) RecordedSize(ctx context.Context, d digest.Digest) (int64, error) {
	return one(ctx, t, "store.RecordedSize", value[int64], "SELECT size FROM blobs WHERE digest = ?", d)
}

// Blob is a recorded blob.
type Blob struct {
	Digest digest.Digest
	Size   int64
}

func scanBlob(row scanner) (Blob, error) {
	var b Blob
	return b, row.Scan(&b.Digest, &b.Size)
}

// Blobs gives recorded blobs by digest, at most limit after one.
func (t *Tx) Blobs(ctx context.Context, after digest.Digest, limit int) ([]Blob, error) {
	return all(ctx, t, "store.Blobs", scanBlob, "SELECT digest, size FROM blobs WHERE digest > ? ORDER BY digest LIMIT ?", after, limit)
}

// ImagesWith gives the names of images whose manifests name a blob: whom its loss hurts.
func (t *Tx) ImagesWith(ctx context.Context, d digest.Digest, limit int) ([]string, error) {
	return all(ctx, t, "store.ImagesWith", func(row scanner) (string, error) {
		i, err := scanImage(row)
		return i.Container.String() + "@" + string(i.Digest), err
	}, "SELECT "+imageColumns+imageTables+" JOIN image_blobs y ON y.image_id = i.id WHERE y.digest = ? ORDER BY i.id LIMIT ?", d, limit)
}

// SweepImages removes images that were deleted by a moment, or that neither tag nor index
// has named since another, for good, at most limit of them. It tells how many.
func (t *Tx) SweepImages(ctx context.Context, deleted, loose time.Time, limit int) (int, error) {
	const op = "store.SweepImages"
	const gone = `SELECT i.id FROM images i
	  WHERE (i.deleted_at BETWEEN 1 AND ?1 OR i.loose_since BETWEEN 1 AND ?2)
	    AND NOT EXISTS (SELECT 1 FROM tag_images x WHERE x.image_id = i.id)
	    AND NOT EXISTS (SELECT 1 FROM image_children x WHERE x.child_id = i.id)
	  ORDER BY i.id LIMIT ?3`
	ids, err := all(ctx, t, op, value[int64], gone, unix(deleted), unix(loose), limit)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := t.removeImage(ctx, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// SweepHeld makes containers let go of blobs that none of their images uses: those that nobody
// has relied on since a moment, and those of pushes that were refused before another one, at
// most limit of each. It tells how many.
func (t *Tx) SweepHeld(ctx context.Context, since, refused time.Time, limit int) (int64, error) {
	const op = "store.SweepHeld"
	const drop = "DELETE FROM container_blobs WHERE (container_id, digest) IN (SELECT h.container_id, h.digest FROM container_blobs h WHERE "
	old, err := t.exec(ctx, op, drop+"h.renewed_at <= ?1 AND "+looseBlob+" LIMIT ?2)", unix(since), limit)
	if err != nil {
		return 0, err
	}
	abandoned, err := t.exec(ctx, op, drop+"h.abandoned_at > 0 AND h.abandoned_at <= ?1 AND "+looseBlob+" LIMIT ?2)", unix(refused), limit)
	return old + abandoned, err
}

// SweepBlobs removes the records of blobs that no container holds and no backup needs, at
// most limit of them, and gives them: their files may go once this is committed.
func (t *Tx) SweepBlobs(ctx context.Context, limit int) ([]Blob, error) {
	return all(ctx, t, "store.SweepBlobs", scanBlob, `DELETE FROM blobs WHERE digest IN (
	    SELECT b.digest FROM blobs b WHERE NOT EXISTS (SELECT 1 FROM container_blobs h WHERE h.digest = b.digest)
	       AND NOT `+pinned+` LIMIT :limit)
	  RETURNING digest, size`, sql.Named("now", unix(t.Now)), sql.Named("limit", limit))
}
