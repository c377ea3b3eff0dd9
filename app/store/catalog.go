package store

import (
	"context"
	"database/sql"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// shortName is ref.Container.String in SQL, of a container k in a collection c in a
// namespace n; a test holds the two equal.
const shortName = `CASE
  WHEN c.name = 'default' AND instr(k.name, '/') = 0 THEN n.name || '/' || k.name
  WHEN n.name = 'library' AND c.name <> 'default' THEN c.name || '/' || k.name
  ELSE n.name || '/' || c.name || '/' || k.name END`

// Catalog gives the short names of the containers with tags that an actor may see, after
// a name, in their order, at most limit of them.
func (t *Tx) Catalog(ctx context.Context, actor model.Actor, signIn bool, after string, limit int) ([]string, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	args = append(args, sql.Named("after", after), sql.Named("limit", limit))
	return all(ctx, t, "store.Catalog", value[string], `SELECT short FROM (SELECT `+shortName+` AS short
	    FROM containers k JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	   WHERE EXISTS (SELECT 1 FROM tags g WHERE g.container_id = k.id) AND k.deleted_at = 0 AND `+visible+`)
	 WHERE short > :after ORDER BY short LIMIT :limit`, args...)
}

// VisibleBlob gives the size of a blob that some container holds which an actor may see.
// Errors: NotFound.
func (t *Tx) VisibleBlob(ctx context.Context, actor model.Actor, signIn bool, d digest.Digest) (int64, error) {
	const op = "store.VisibleBlob"
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return 0, err
	}
	size, err := one(ctx, t, op, value[int64], `SELECT b.size FROM container_blobs x JOIN blobs b ON b.digest = x.digest
	    JOIN containers k ON k.id = x.container_id JOIN collections c ON c.id = k.collection_id
	   WHERE x.digest = :digest AND k.deleted_at = 0 AND b.damaged_at = 0 AND `+visible+` LIMIT 1`, append(args, sql.Named("digest", string(d)))...)
	if errs.Is(err, errs.NotFound) {
		return 0, errs.E(op, errs.NotFound, "There is no blob %s here.", d)
	}
	return size, err
}
