package store

import (
	"context"
	"database/sql"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// Use is an index that names an image, which therefore cannot be deleted by itself.
type Use struct {
	Index  digest.Digest
	Tag    string // of the index, or of one that names that; "" for none
	Frozen bool   // the tag
}

// UseOf gives an index that names an image, one under a frozen tag if there is one, or else
// under a tag. An index that the registry makes for a tag is no use: it is made anew from
// what is left. Errors: NotFound if nothing uses the image.
func (t *Tx) UseOf(ctx context.Context, image int64) (Use, error) {
	const op = "store.UseOf"
	u, err := one(ctx, t, op, func(row scanner) (Use, error) {
		var u Use
		return u, row.Scan(&u.Index, &u.Tag, &u.Frozen)
	}, `WITH RECURSIVE up(direct, id) AS (
	    SELECT i.id, i.id FROM image_children x JOIN images i ON i.id = x.image_id WHERE x.child_id = ? AND i.deleted_at = 0 AND i.generated = 0
	    UNION
	    SELECT up.direct, i.id FROM up JOIN image_children x ON x.child_id = up.id JOIN images i ON i.id = x.image_id AND i.deleted_at = 0)
	  SELECT d.digest, coalesce(g.name, ''), coalesce(g.frozen, 0) FROM up JOIN images d ON d.id = up.direct
	    LEFT JOIN tag_images y ON y.image_id = up.id LEFT JOIN tags g ON g.id = y.tag_id
	   ORDER BY g.frozen DESC NULLS LAST, g.name NULLS LAST, d.id LIMIT 1`, image)
	if errs.Is(err, errs.NotFound) {
		return u, errs.E(op, errs.NotFound, "No index names the image.")
	}
	return u, err
}

// Linked is an image whose manifest names others, or blobs, with what of that is linked to it.
type Linked struct {
	ID        int64
	Container int64
	Name      ref.Container
	Digest    digest.Digest
	MediaType string
	Manifest  []byte
	Links     map[digest.Digest]bool
}

// LinkedImages gives images that are not deleted, by row id after one, at most limit: for the
// check, which holds their links against their manifests.
func (t *Tx) LinkedImages(ctx context.Context, after int64, limit int) ([]Linked, error) {
	const op = "store.LinkedImages"
	found, err := all(ctx, t, op, func(row scanner) (Linked, error) {
		var l Linked
		return l, row.Scan(&l.ID, &l.Container, &l.Name.Namespace, &l.Name.Name, &l.Name.Container, &l.Digest, &l.MediaType, &l.Manifest)
	}, `SELECT i.id, i.container_id, n.name, c.name, k.name, i.digest, i.media_type, i.manifest`+imageTables+`
	  WHERE i.id > ? AND i.deleted_at = 0 ORDER BY i.id LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	for at := range found {
		l := &found[at]
		digests, err := all(ctx, t, op, value[digest.Digest], `SELECT h.digest FROM image_blobs y
		    JOIN container_blobs h ON h.container_id = y.container_id AND h.digest = y.digest WHERE y.image_id = :id
		  UNION
		  SELECT c.digest FROM image_children x JOIN images c ON c.id = x.child_id AND c.container_id = :container AND c.deleted_at = 0
		   WHERE x.image_id = :id`, sql.Named("id", l.ID), sql.Named("container", l.Container))
		if err != nil {
			return nil, err
		}
		l.Links = map[digest.Digest]bool{}
		for _, d := range digests {
			l.Links[d] = true
		}
	}
	return found, nil
}

// Relink notes again what an image needs that comes back.
func (t *Tx) Relink(ctx context.Context, id int64, n NewImage) error {
	return t.linkImage(ctx, id, n)
}
