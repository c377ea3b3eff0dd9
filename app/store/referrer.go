package store

import (
	"context"

	"github.com/opencontainers/go-digest"
)

// Referrer is an image that says something about another one, its subject: a signature, a
// list of what is in it, an attestation. It is kept as long as its subject is, and goes
// with it, unless a tag or an index names it too.
type Referrer struct {
	ID           int64
	MediaType    string
	Digest       digest.Digest
	Size         int64 // of the manifest, in bytes
	ArtifactType string
	Annotations  []byte // a JSON object, or nothing
}

// Referrers gives what refers to a subject, in the order in which it came, after a row
// and at most limit of them; an empty type stands for every one. It stops where the
// annotations would together have more than size bytes, but gives one at least.
func (t *Tx) Referrers(ctx context.Context, container int64, subject digest.Digest, artifactType string, after int64, limit int, size int64) ([]Referrer, error) {
	return all(ctx, t, "store.Referrers", func(row scanner) (Referrer, error) {
		var r Referrer
		return r, row.Scan(&r.ID, &r.MediaType, &r.Digest, &r.Size, &r.ArtifactType, &r.Annotations)
	}, `SELECT id, media_type, digest, bytes, artifact_type, annotations FROM (
	    SELECT id, media_type, digest, length(manifest) AS bytes, artifact_type, annotations,
	           sum(length(annotations)) OVER (ORDER BY id) - length(annotations) AS ahead
	      FROM images
	     WHERE container_id = ?1 AND subject = ?2 AND subject <> '' AND deleted_at = 0 AND (?3 = '' OR artifact_type = ?3) AND id > ?4
	     ORDER BY id LIMIT ?5)
	  WHERE ahead < ?6 ORDER BY id`, container, subject, artifactType, after, limit, size)
}

// unnamed is the condition that neither tag nor index names an image r.
const unnamed = `NOT EXISTS (SELECT 1 FROM tag_images x WHERE x.image_id = r.id)
   AND NOT EXISTS (SELECT 1 FROM image_children x WHERE x.child_id = r.id)`

// hideReferrers deletes with an image what refers to it, and to that in turn.
func (t *Tx) hideReferrers(ctx context.Context, image int64) error {
	return t.run(ctx, "store.hideReferrers", `WITH RECURSIVE gone(id, container_id, digest) AS (
	    SELECT id, container_id, digest FROM images WHERE id = ?1
	    UNION
	    SELECT r.id, r.container_id, r.digest FROM gone g
	      JOIN images r ON r.container_id = g.container_id AND r.subject = g.digest AND r.subject <> '' AND r.deleted_at = 0
	     WHERE `+unnamed+`)
	  UPDATE images SET deleted_at = ?2, loose_since = ?2 WHERE id IN (SELECT id FROM gone WHERE id <> ?1)`, image, unix(t.Now))
}

// restoreReferrers is the inverse of hideReferrers, for an image that is about to come back.
func (t *Tx) restoreReferrers(ctx context.Context, container int64, d digest.Digest) error {
	return t.run(ctx, "store.restoreReferrers", `WITH RECURSIVE back(id, digest, deleted_at) AS (
	    SELECT id, digest, deleted_at FROM images WHERE container_id = ?1 AND digest = ?2 AND deleted_at > 0
	    UNION
	    SELECT r.id, r.digest, r.deleted_at FROM back b
	      JOIN images r ON r.container_id = ?1 AND r.subject = b.digest AND r.subject <> '' AND r.deleted_at = b.deleted_at)
	  UPDATE images SET deleted_at = 0, loose_since = 0 WHERE id IN (SELECT id FROM back) AND digest <> ?2`, container, d)
}

// keepReferrers notes that a subject is there, which keeps what came before it.
func (t *Tx) keepReferrers(ctx context.Context, container int64, subject digest.Digest) error {
	return t.run(ctx, "store.keepReferrers", `UPDATE images SET loose_since = 0
	  WHERE container_id = ? AND subject = ? AND subject <> '' AND deleted_at = 0 AND loose_since > 0`, container, subject)
}

// dropReferrers leaves what refers to an image that is removed for good to the next turn
// of the sweeper.
func (t *Tx) dropReferrers(ctx context.Context, image int64) error {
	return t.run(ctx, "store.dropReferrers", `UPDATE images AS r SET deleted_at = 1, loose_since = 1
	   FROM images s
	  WHERE s.id = ? AND r.container_id = s.container_id AND r.subject = s.digest AND r.subject <> '' AND `+unnamed, image)
}
