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

// ReferrerSizes gives what refers to a subject, in the order in which it came, after a row and
// at most limit of them: the row and the length of its annotations in bytes, which may be
// megabytes. An empty type stands for every one.
func (t *Tx) ReferrerSizes(ctx context.Context, container int64, subject digest.Digest, artifactType string, after int64, limit int) (ids, sizes []int64, err error) {
	err = t.each(ctx, "store.ReferrerSizes", `SELECT id, octet_length(annotations) FROM images
	     WHERE container_id = ?1 AND subject = ?2 AND subject <> '' AND deleted_at = 0 AND (?3 = '' OR artifact_type = ?3) AND id > ?4
	     ORDER BY id LIMIT ?5`, []any{container, subject, artifactType, after, limit}, func(row scanner) error {
		var id, size int64
		err := row.Scan(&id, &size)
		ids, sizes = append(ids, id), append(sizes, size)
		return err
	})
	return ids, sizes, err
}

// Referrers gives those of some rows that are still there, in their order.
func (t *Tx) Referrers(ctx context.Context, ids []int64) ([]Referrer, error) {
	return all(ctx, t, "store.Referrers", func(row scanner) (Referrer, error) {
		var r Referrer
		return r, row.Scan(&r.ID, &r.MediaType, &r.Digest, &r.Size, &r.ArtifactType, &r.Annotations)
	}, `SELECT id, media_type, digest, length(manifest), artifact_type, annotations FROM images
	     WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at = 0 ORDER BY id`, list(ids))
}

// ReferrerTypes gives what refers to a subject without its annotations, at most limit, in the
// order in which it came.
func (t *Tx) ReferrerTypes(ctx context.Context, container int64, subject digest.Digest, limit int) ([]Referrer, error) {
	return all(ctx, t, "store.ReferrerTypes", func(row scanner) (Referrer, error) {
		var r Referrer
		return r, row.Scan(&r.ID, &r.Digest, &r.ArtifactType)
	}, `SELECT id, digest, artifact_type FROM images
	     WHERE container_id = ?1 AND subject = ?2 AND subject <> '' AND deleted_at = 0 ORDER BY id LIMIT ?3`, container, subject, limit)
}

// keepReferrers notes that a subject is there, which keeps what came before it.
func (t *Tx) keepReferrers(ctx context.Context, container int64, subject digest.Digest) error {
	return t.run(ctx, "store.keepReferrers", `UPDATE images SET loose_since = 0
	  WHERE container_id = ? AND subject = ? AND subject <> '' AND deleted_at = 0 AND loose_since > 0`, container, subject)
}
