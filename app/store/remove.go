package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
)

// DeleteImage hides an image, with what goes along with it, and takes all its tags and links
// away; it gives the tags that are left with fewer images. A tag goes whole with the index
// that is made of its images. The sweeper removes the image for good after the grace
// period.
func (t *Tx) DeleteImage(ctx context.Context, image int64) (tags []int64, err error) {
	const op = "store.DeleteImage"
	members, err := all(ctx, t, op, value[int64], `DELETE FROM tag_images WHERE arch <> '*'
	    AND tag_id IN (SELECT tag_id FROM tag_images WHERE image_id = ? AND arch = '*') RETURNING image_id`, image)
	if err != nil {
		return nil, err
	}
	if err := t.updateUntagged(ctx, members); err != nil {
		return nil, err
	}
	along, err := t.Along(ctx, image)
	if err != nil {
		return nil, err
	}
	named, err := all(ctx, t, op, value[int64], `DELETE FROM tag_images WHERE image_id = ?1
	    OR image_id IN (SELECT value FROM json_each(?2)) AND arch <> '*' RETURNING tag_id`, image, list(along))
	if err != nil {
		return nil, err
	}
	for _, tag := range named {
		left, err := t.dropIndex(ctx, tag)
		if err != nil {
			return nil, err
		}
		if left {
			tags = append(tags, tag)
		}
	}
	gone := list(append(along, image))
	if err := t.run(ctx, op, "DELETE FROM shares WHERE image_id IN (SELECT value FROM json_each(?))", gone); err != nil {
		return nil, err
	}
	return tags, t.run(ctx, op, `UPDATE images SET deleted_at = ?2, loose_since = CASE loose_since WHEN 0 THEN ?2 ELSE loose_since END
	  WHERE id IN (SELECT value FROM json_each(?1))`, gone, unix(t.Now))
}

// DropBlob makes a container hold a blob no more, and removes for good the deleted images
// that could have come back with it. Errors: NotFound; Conflict while an image uses it.
func (t *Tx) DropBlob(ctx context.Context, container int64, d digest.Digest) error {
	const op = "store.DropBlob"
	if _, err := t.BlobSize(ctx, container, d); err != nil {
		return err
	}
	const users = "SELECT i.id FROM image_blobs y JOIN images i ON i.id = y.image_id WHERE y.container_id = ?1 AND y.digest = ?2"
	used, err := one(ctx, t, op, value[bool], "SELECT EXISTS ("+users+" AND i.deleted_at = 0)", container, d)
	if err != nil {
		return err
	}
	if used {
		return errs.E(op, errs.Conflict, "An image uses the blob %s; delete the image first.", d)
	}
	deleted, err := all(ctx, t, op, value[int64], users, container, d)
	if err != nil {
		return err
	}
	for _, id := range deleted {
		if err := t.removeImage(ctx, id); err != nil {
			return err
		}
	}
	return t.run(ctx, op, "DELETE FROM container_blobs WHERE container_id = ? AND digest = ?", container, d)
}

// removeImage removes an image for good, with its place in indexes; no tag may name it.
func (t *Tx) removeImage(ctx context.Context, image int64) error {
	const op = "store.removeImage"
	if err := t.dropAlong(ctx, image); err != nil {
		return err
	}
	if err := t.run(ctx, op, "DELETE FROM image_children WHERE child_id = ?", image); err != nil {
		return err
	}
	children, err := all(ctx, t, op, value[int64], "DELETE FROM image_children WHERE image_id = ? RETURNING child_id", image)
	if err != nil {
		return err
	}
	if err := t.run(ctx, op, "DELETE FROM images WHERE id = ?", image); err != nil {
		return err
	}
	return t.updateUntagged(ctx, children)
}
