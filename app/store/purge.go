package store

import (
	"context"
	"time"
)

// longAgo stands for a moment before every grace period: what was deleted then goes with
// the next sweep.
const longAgo = 1

// ExpireImage makes a deleted image, and the blobs that only it uses, go with the next
// sweep.
func (t *Tx) ExpireImage(ctx context.Context, image int64) error {
	const op = "store.ExpireImage"
	if err := t.run(ctx, op, `UPDATE container_blobs SET renewed_at = ?2 WHERE (container_id, digest) IN (
	    SELECT y.container_id, y.digest FROM image_blobs y WHERE y.image_id = ?1 AND NOT EXISTS (
	      SELECT 1 FROM image_blobs z WHERE z.container_id = y.container_id AND z.digest = y.digest AND z.image_id <> ?1))`,
		image, longAgo); err != nil {
		return err
	}
	if err := t.expireAlong(ctx, image); err != nil {
		return err
	}
	return t.run(ctx, op, "UPDATE images SET deleted_at = ?2, loose_since = ?2 WHERE id = ?1 AND deleted_at > 0", image, longAgo)
}

// ExpireContainer makes a deleted container go with the next sweep.
func (t *Tx) ExpireContainer(ctx context.Context, id int64) error {
	return t.run(ctx, "store.ExpireContainer", "UPDATE containers SET deleted_at = ? WHERE id = ? AND deleted_at > 0", longAgo, id)
}

// ExpireCollection makes a deleted collection go with the next sweep.
func (t *Tx) ExpireCollection(ctx context.Context, id int64) error {
	return t.run(ctx, "store.ExpireCollection", "UPDATE collections SET deleted_at = ? WHERE id = ? AND deleted_at > 0", longAgo, id)
}

// SweepDeleted removes for good what is in containers and collections that were deleted
// before a moment, and then these: about limit rows of it. It reports whether anything was
// left to remove.
func (t *Tx) SweepDeleted(ctx context.Context, since time.Time, limit int) (more bool, err error) {
	const op = "store.SweepDeleted"
	containers, err := all(ctx, t, op, value[int64], `SELECT id FROM containers WHERE deleted_at BETWEEN 1 AND ?1
	  UNION ALL
	  SELECT k.id FROM collections c JOIN containers k ON k.collection_id = c.id WHERE c.deleted_at BETWEEN 1 AND ?1
	  LIMIT 1`, unix(since))
	if err != nil {
		return false, err
	}
	if len(containers) > 0 {
		return true, t.drain(ctx, containers[0], limit)
	}
	n, err := t.dropCollections(ctx, "deleted_at BETWEEN 1 AND ?", unix(since))
	return n > 0, err
}

// dropCollections is the one way in which collections go for good: those of a condition. It
// tells how many. The number of one may be given to another, whose owners must not see what
// was done here.
func (t *Tx) dropCollections(ctx context.Context, which string, args ...any) (int64, error) {
	const op = "store.dropCollections"
	if err := t.run(ctx, op, `UPDATE events SET collection_id = 0 WHERE collection_id > 0 AND collection_id IN (
	    SELECT id FROM collections WHERE `+which+")", args...); err != nil {
		return 0, err
	}
	return t.exec(ctx, op, "DELETE FROM collections WHERE "+which, args...)
}

// drain removes rows of a container, in the order in which they refer to each other, and
// the container with the last of them.
func (t *Tx) drain(ctx context.Context, container int64, limit int) error {
	const op = "store.drain"
	for _, text := range []string{
		"DELETE FROM tags WHERE id IN (SELECT id FROM tags WHERE container_id = ?1 LIMIT ?2)",
		`DELETE FROM image_children WHERE (image_id, child_id) IN (SELECT x.image_id, x.child_id FROM images i
		   JOIN image_children x ON x.image_id = i.id WHERE i.container_id = ?1 LIMIT ?2)`,
		"DELETE FROM images WHERE id IN (SELECT id FROM images WHERE container_id = ?1 LIMIT ?2)",
		"DELETE FROM container_blobs WHERE container_id = ?1 AND digest IN (SELECT digest FROM container_blobs WHERE container_id = ?1 LIMIT ?2)",
	} {
		n, err := t.exec(ctx, op, text, container, limit)
		if err != nil || n > 0 {
			return err
		}
	}
	return t.run(ctx, op, "DELETE FROM containers WHERE id = ?", container)
}

// SweepDeletions forgets what tags named before a moment, at most limit times, and tells
// how often. What was deleted besides tags takes its note along.
func (t *Tx) SweepDeletions(ctx context.Context, since time.Time, limit int) (int64, error) {
	return t.exec(ctx, "store.SweepDeletions", `DELETE FROM deletions WHERE id IN (
	    SELECT id FROM deletions WHERE deleted_at <= ? AND kind IN ('move', 'tag') LIMIT ?)`, unix(since), limit)
}
