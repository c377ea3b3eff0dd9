package store

import (
	"context"
	"database/sql"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// byShortName is the order of a catalog; no list is asked for in it.
var byShortName = order{"k.short", "containers_by_short_name", false}

// Catalog gives the short names of the containers with tags that an actor may see, after
// a name, in their order, at most limit of them.
func (t *Tx) Catalog(ctx context.Context, actor model.Actor, signIn bool, after string, limit int) ([]string, error) {
	found, args, err := t.foundContainers(ctx, actor, signIn, ContainerFilter{Tagged: true}, byShortName,
		[]any{sql.Named("begin", after == ""), sql.Named("place", after), sql.Named("id", int64(maxID))}, limit)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, "store.Catalog", value[string], found+"SELECT place FROM found ORDER BY place LIMIT :limit", args...)
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
