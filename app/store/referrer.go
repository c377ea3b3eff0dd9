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

// keepReferrers notes that a subject is there, which keeps what came before it.
func (t *Tx) keepReferrers(ctx context.Context, container int64, subject digest.Digest) error {
	return t.run(ctx, "store.keepReferrers", `UPDATE images SET loose_since = 0
	  WHERE container_id = ? AND subject = ? AND subject <> '' AND deleted_at = 0 AND loose_since > 0`, container, subject)
}
