package store

import (
	"context"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// What belongs to an image goes along with it, and comes back with it: what refers to it as
// its subject, what tags of cosign's older scheme say is its own, and indexes that the
// registry made for tags of it; and to all that in turn.

// unnamed is the condition that nothing else keeps an image r: no tag that a person chose,
// and no index that a person made.
const unnamed = `NOT EXISTS (SELECT 1 FROM tag_images x JOIN tags g ON g.id = x.tag_id WHERE x.image_id = r.id AND x.arch <> '*' AND g.subject = '')
   AND NOT EXISTS (SELECT 1 FROM image_children x JOIN images p ON p.id = x.image_id WHERE x.child_id = r.id AND p.generated = 0)`

// Along gives the images that go with one which is deleted.
func (t *Tx) Along(ctx context.Context, image int64) ([]int64, error) {
	return all(ctx, t, "store.Along", value[int64], `WITH RECURSIVE gone(id, container_id, digest) AS (
	    SELECT id, container_id, digest FROM images WHERE id = ?1
	    UNION
	    SELECT r.id, r.container_id, r.digest FROM gone o
	      JOIN images r ON r.container_id = o.container_id AND r.subject = o.digest AND r.subject <> '' AND r.deleted_at = 0
	     WHERE `+unnamed+`
	    UNION
	    SELECT r.id, r.container_id, r.digest FROM gone o
	      JOIN tags s ON s.container_id = o.container_id AND s.subject = o.digest AND s.subject <> ''
	      JOIN tag_images y ON y.tag_id = s.id JOIN images r ON r.id = y.image_id AND r.deleted_at = 0
	     WHERE `+unnamed+`
	    UNION
	    SELECT r.id, r.container_id, r.digest FROM gone o
	      JOIN image_children y ON y.child_id = o.id JOIN images r ON r.id = y.image_id AND r.generated = 1 AND r.deleted_at = 0)
	  SELECT id FROM gone WHERE id <> ?1 ORDER BY id`, image)
}

// SignatureTag is a tag of cosign's older scheme, and what it names.
type SignatureTag struct {
	Tag    string
	Digest digest.Digest
}

// SignatureTags gives those that belong to an image, by name, at most limit.
func (t *Tx) SignatureTags(ctx context.Context, container int64, image digest.Digest, limit int) ([]SignatureTag, error) {
	return all(ctx, t, "store.SignatureTags", func(row scanner) (SignatureTag, error) {
		var s SignatureTag
		return s, row.Scan(&s.Tag, &s.Digest)
	}, `SELECT g.name, i.digest FROM tags g JOIN tag_images x ON x.tag_id = g.id AND x.arch <> '*' JOIN images i ON i.id = x.image_id
	  WHERE g.container_id = ? AND g.subject = ? AND g.subject <> '' ORDER BY g.name LIMIT ?`, container, image, limit)
}

// restoreAlong brings back what went with an image that is about to come back.
func (t *Tx) restoreAlong(ctx context.Context, container int64, d digest.Digest) error {
	return t.run(ctx, "store.restoreAlong", `WITH RECURSIVE back(id, digest, deleted_at) AS (
	    SELECT id, digest, deleted_at FROM images WHERE container_id = ?1 AND digest = ?2 AND deleted_at > 0
	    UNION
	    SELECT r.id, r.digest, r.deleted_at FROM back b
	      JOIN images r ON r.container_id = ?1 AND r.subject = b.digest AND r.subject <> '' AND r.deleted_at = b.deleted_at
	    UNION
	    SELECT r.id, r.digest, r.deleted_at FROM back b
	      JOIN deletions d ON d.image_id = b.id JOIN deletion_tags x ON x.deletion_id = d.id
	      JOIN images r ON r.id = x.image_id AND r.deleted_at = b.deleted_at)
	  UPDATE images SET deleted_at = 0, loose_since = iif(subject = '', ?3, 0) WHERE id IN (SELECT id FROM back) AND digest <> ?2`,
		container, d, unix(t.Now))
}

// restorePushed makes a deleted image that is pushed again be as if it had never been deleted: what
// went with it comes back, and the note of its deletion is one of the tags that it lost.
func (t *Tx) restorePushed(ctx context.Context, container int64, d digest.Digest) error {
	const op = "store.restorePushed"
	image, err := one(ctx, t, op, value[int64], "SELECT id FROM images WHERE container_id = ? AND digest = ? AND deleted_at > 0", container, d)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.restoreAlong(ctx, container, d); err != nil {
		return err
	}
	deletions, err := all(ctx, t, op, value[int64], "SELECT id FROM deletions WHERE image_id = ?", image)
	if err != nil {
		return err
	}
	for _, id := range deletions {
		if err := t.splitDeletion(ctx, container, id); err != nil {
			return err
		}
	}
	return nil
}

// splitDeletion makes of the note of an image's deletion one for each tag that a person chose.
// Tags that belong to the image name again what they named, if they are free.
func (t *Tx) splitDeletion(ctx context.Context, container, deletion int64) error {
	const op = "store.splitDeletion"
	tags, err := all(ctx, t, op, value[string], "SELECT DISTINCT tag FROM deletion_tags WHERE deletion_id = ? ORDER BY tag", deletion)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if ref.SignatureSubject(tag) != "" {
			if err := t.restoreSignature(ctx, container, deletion, tag); err != nil {
				return err
			}
			continue
		}
		id, err := one(ctx, t, op, value[int64], `INSERT INTO deletions (kind, collection_id, container_id, name, deleted_at, deleted_by)
		  SELECT 'tag', collection_id, container_id, ?2, deleted_at, deleted_by FROM deletions WHERE id = ?1 RETURNING id`, deletion, tag)
		if err != nil {
			return err
		}
		if err := t.run(ctx, op, "UPDATE deletion_tags SET deletion_id = ?3 WHERE deletion_id = ?1 AND tag = ?2", deletion, tag, id); err != nil {
			return err
		}
		// What the tag still names for other architectures it shall name then, too.
		if err := t.run(ctx, op, `INSERT INTO deletion_tags (deletion_id, tag, arch, image_id)
		  SELECT ?1, g.name, x.arch, x.image_id FROM tags g JOIN tag_images x ON x.tag_id = g.id
		   WHERE g.container_id = ?2 AND g.name = ?3 AND x.arch NOT IN ('', '*')
		     AND NOT EXISTS (SELECT 1 FROM deletion_tags y WHERE y.deletion_id = ?1 AND y.arch IN ('', x.arch))`, id, container, tag); err != nil {
			return err
		}
	}
	return t.run(ctx, op, "DELETE FROM deletions WHERE id = ?", deletion)
}

// restoreSignature makes a tag that belongs to an image name again what it named, if nothing
// has its name now.
func (t *Tx) restoreSignature(ctx context.Context, container, deletion int64, tag string) error {
	_, err := t.Tag(ctx, container, tag)
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	members, err := all(ctx, t, "store.restoreSignature", scanTagMember, `SELECT x.tag, x.arch, x.image_id FROM deletion_tags x
	    JOIN images i ON i.id = x.image_id WHERE x.deletion_id = ? AND x.tag = ? AND i.deleted_at = 0`, deletion, tag)
	if err != nil || len(members) == 0 {
		return err
	}
	_, err = t.RestoreTag(ctx, container, tag, members)
	return err
}

// dropAlong leaves what goes with an image that is removed for good to the next turn of the
// sweeper. Tags that are frozen stay, and what they name.
func (t *Tx) dropAlong(ctx context.Context, image int64) error {
	const op = "store.dropAlong"
	if err := t.run(ctx, op, `UPDATE images AS r SET deleted_at = 1, loose_since = 1
	   FROM images s
	  WHERE s.id = ? AND r.container_id = s.container_id AND r.subject = s.digest AND r.subject <> '' AND `+unnamed, image); err != nil {
		return err
	}
	if err := t.expireAlong(ctx, image); err != nil {
		return err
	}
	tags, err := all(ctx, t, op, value[int64], `SELECT g.id FROM images i JOIN tags g ON g.container_id = i.container_id AND g.subject = i.digest AND g.subject <> ''
	  WHERE i.id = ? AND g.frozen = 0`, image)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		images, err := all(ctx, t, op, value[int64], "SELECT image_id FROM tag_images WHERE tag_id = ?", tag)
		if err != nil {
			return err
		}
		if err := t.DeleteTag(ctx, tag, ""); err != nil {
			return err
		}
		if err := t.run(ctx, op, `UPDATE images AS r SET deleted_at = 1, loose_since = 1
		  WHERE id IN (SELECT value FROM json_each(?)) AND loose_since > 0 AND NOT EXISTS (SELECT 1 FROM tag_images x WHERE x.image_id = r.id)`, list(images)); err != nil {
			return err
		}
	}
	return nil
}

// expireAlong makes what was deleted with an image, and is not named as its subject, go with
// the next sweep.
func (t *Tx) expireAlong(ctx context.Context, image int64) error {
	return t.run(ctx, "store.expireAlong", `UPDATE images SET deleted_at = 1, loose_since = 1
	  WHERE id <> ?1 AND deleted_at > 0 AND deleted_at = (SELECT deleted_at FROM images WHERE id = ?1)
	    AND id IN (SELECT x.image_id FROM deletions d JOIN deletion_tags x ON x.deletion_id = d.id WHERE d.image_id = ?1)`, image)
}
