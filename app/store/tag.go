package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// TagRow is a tag without what it names.
type TagRow struct {
	ID     int64
	Frozen bool
}

// Tag finds a tag. Errors: NotFound.
func (t *Tx) Tag(ctx context.Context, container int64, name string) (TagRow, error) {
	const op = "store.Tag"
	row, err := one(ctx, t, op, func(row scanner) (TagRow, error) {
		var r TagRow
		return r, row.Scan(&r.ID, &r.Frozen)
	}, "SELECT id, frozen FROM tags WHERE container_id = ? AND name = ?", container, name)
	if errs.Is(err, errs.NotFound) {
		return TagRow{}, errs.E(op, errs.NotFound, "There is no tag %q.", name)
	}
	return row, err
}

// Tags gives those of a container by name, one more than the page holds, each with what
// it names. As in all lists for people, tags that belong to an image are left out.
func (t *Tx) Tags(ctx context.Context, container int64, p model.Page) ([]model.Tag, error) {
	tags, err := all(ctx, t, "store.Tags", scanTag, "SELECT name, frozen, updated_at FROM tags WHERE container_id = ? AND name > ? AND subject = '' ORDER BY name LIMIT ?",
		container, p.After, p.Size()+1)
	if err != nil || len(tags) == 0 {
		return nil, err
	}
	return tags, t.Tagged(ctx, container, tags)
}

// TagStamps gives, by name and without what they name, the tags of a container in whose names
// a text is and that were changed last before the tag after was: a number of them (most), and
// besides all that were changed in the same seconds as the first and the last of these.
func (t *Tx) TagStamps(ctx context.Context, container int64, text, after string, most int) ([]model.Tag, error) {
	return all(ctx, t, "store.TagStamps", scanTag, `WITH
	    first (at) AS (SELECT coalesce((SELECT updated_at FROM tags WHERE container_id = ?1 AND name = ?3), ?5)),
	    last (at) AS (SELECT coalesce((SELECT updated_at FROM tags WHERE container_id = ?1 AND updated_at < (SELECT at FROM first)
	        AND subject = '' AND name LIKE ?2 ESCAPE '\' ORDER BY updated_at DESC LIMIT 1 OFFSET ?4), 0))
	  SELECT name, frozen, updated_at FROM tags
	   WHERE container_id = ?1 AND updated_at BETWEEN (SELECT at FROM last) AND (SELECT at FROM first) AND subject = '' AND name LIKE ?2 ESCAPE '\' ORDER BY name`,
		container, likePattern(text), after, most, int64(maxID))
}

// CountTags counts the tags of a container, and those of them in whose names a text is.
func (t *Tx) CountTags(ctx context.Context, container int64, text string) (tags, found int, err error) {
	const op = "store.CountTags"
	tags, err = one(ctx, t, op, value[int], "SELECT count(*) FROM tags WHERE container_id = ? AND subject = ''", container)
	if err != nil || text == "" {
		return tags, tags, err
	}
	found, err = one(ctx, t, op, value[int], `SELECT count(*) FROM tags WHERE container_id = ? AND subject = '' AND name LIKE ? ESCAPE '\'`, container, likePattern(text))
	return tags, found, err
}

func scanTag(row scanner) (model.Tag, error) {
	var g model.Tag
	var updated int64
	err := row.Scan(&g.Name, &g.Frozen, &updated)
	g.Updated = fromUnix(updated)
	return g, err
}

// Tagged fills in what tags of a container name.
func (t *Tx) Tagged(ctx context.Context, container int64, tags []model.Tag) error {
	at := make(map[string]int, len(tags))
	for i, tag := range tags {
		at[tag.Name] = i
	}
	images, err := all(ctx, t, "store.Tagged", scanTaggedImage, "SELECT "+imageColumns+", g.name, g.frozen OR k.frozen"+imageTables+`
	  JOIN tag_images x ON x.image_id = i.id JOIN tags g ON g.id = x.tag_id
	 WHERE g.container_id = ? AND g.name IN (SELECT value FROM json_each(?)) AND x.arch <> '*' ORDER BY g.name, x.arch`, container, list(slices.Collect(maps.Keys(at))))
	for _, i := range images {
		tag := &tags[at[i.Tag]]
		tag.Images = append(tag.Images, i)
	}
	return err
}

// ListedTags gives the tags of all containers that an actor may see, or of those in one
// collection if it is not 0, by the parts of their names, at most limit.
func (t *Tx) ListedTags(ctx context.Context, actor model.Actor, signIn bool, collection int64, limit int) ([]model.ListedTag, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	from := "names n INDEXED BY namespaces CROSS JOIN collections c ON c.namespace_id = n.id AND n.kind <> 'collection'"
	if collection != 0 {
		from = "collections c JOIN names n ON n.id = c.namespace_id AND c.id = :collection"
	}
	return all(ctx, t, "store.ListedTags", func(row scanner) (model.ListedTag, error) {
		var l model.ListedTag
		k := &l.Container
		return l, row.Scan(&k.Namespace, &k.Name, &k.Container, &l.Tag, &l.Frozen)
	}, `SELECT n.name, c.name, k.name, g.name, iif(k.frozen OR EXISTS (
	      SELECT 1 FROM tags f INDEXED BY tags_frozen WHERE f.container_id = k.id AND f.name = g.name AND f.frozen = 1), (SELECT iif(i.content <> '', i.content, i.digest)
	      FROM tag_images x JOIN images i ON i.id = x.image_id WHERE x.tag_id = g.id AND x.arch <> '*' ORDER BY x.arch LIMIT 1), '')
	  FROM `+from+` CROSS JOIN containers k ON k.collection_id = c.id CROSS JOIN tags g ON g.container_id = k.id
	 WHERE k.deleted_at = 0 AND g.subject = '' AND `+visible+" ORDER BY n.name, c.name, k.name, g.name LIMIT :limit",
		append(args, sql.Named("collection", collection), sql.Named("limit", limit))...)
}

// TagNames gives the names of a container's tags after a name, in their order; limit -1
// is all of them.
func (t *Tx) TagNames(ctx context.Context, container int64, after string, limit int) ([]string, error) {
	return all(ctx, t, "store.TagNames", value[string],
		"SELECT name FROM tags WHERE container_id = ? AND name > ? ORDER BY name LIMIT ?", container, after, limit)
}

// TagNamesImage reports whether a tag names an image, or the index that is made of its images
// is it.
func (t *Tx) TagNamesImage(ctx context.Context, container int64, tag string, image int64) (bool, error) {
	return one(ctx, t, "store.TagNamesImage", value[bool], `SELECT EXISTS (
	    SELECT 1 FROM tags g JOIN tag_images x ON x.tag_id = g.id WHERE g.container_id = ? AND g.name = ? AND x.image_id = ?)`, container, tag, image)
}

// IsTagged reports whether a tag names an image.
func (t *Tx) IsTagged(ctx context.Context, image int64, name string) (bool, error) {
	return one(ctx, t, "store.IsTagged", value[bool], `SELECT EXISTS (SELECT 1 FROM tag_images x JOIN tags g ON g.id = x.tag_id
	    WHERE x.image_id = ? AND g.name = ? AND x.arch <> '*')`, image, name)
}

// TagsOf gives the names of an image's tags, in their order, at most limit.
func (t *Tx) TagsOf(ctx context.Context, image int64, limit int) ([]string, error) {
	return all(ctx, t, "store.TagsOf", value[string],
		"SELECT g.name FROM tags g JOIN tag_images x ON x.tag_id = g.id WHERE x.image_id = ? AND x.arch <> '*' ORDER BY g.name LIMIT ?", image, limit)
}

// SetTag points a tag at an image and gives the tag's row id. With an arch it replaces only
// what the tag named for that architecture, and anything that was not for one; with none
// it replaces all. Images that so lose their last tag are loose from now on.
func (t *Tx) SetTag(ctx context.Context, container int64, name, arch string, image int64) (tag int64, err error) {
	const op = "store.SetTag"
	tag, err = one(ctx, t, op, value[int64], `INSERT INTO tags (container_id, name, updated_at) VALUES (?1, ?2, ?3)
	  ON CONFLICT (container_id, name) DO UPDATE SET updated_at = ?3 RETURNING id`, container, name, unix(t.Now))
	if err != nil {
		return 0, err
	}
	replaced, err := all(ctx, t, op, value[int64],
		"DELETE FROM tag_images WHERE tag_id = ?1 AND (?2 = '' OR arch IN ('', '*', ?2)) RETURNING image_id", tag, arch)
	if err != nil {
		return 0, err
	}
	if err := t.bind(ctx, tag, arch, image); err != nil {
		return 0, err
	}
	if err := t.forgetRestored(ctx, container, tag, name); err != nil {
		return 0, err
	}
	return tag, t.updateUntagged(ctx, replaced)
}

// forgetRestored removes the notes of deletions of a tag that names again all that it named.
func (t *Tx) forgetRestored(ctx context.Context, container, tag int64, name string) error {
	return t.run(ctx, "store.forgetRestored", `DELETE FROM deletions WHERE container_id = ?1 AND name = ?2 AND kind = 'tag' AND NOT EXISTS (
	    SELECT 1 FROM deletion_tags x WHERE x.deletion_id = deletions.id
	       AND NOT EXISTS (SELECT 1 FROM tag_images y WHERE y.tag_id = ?3 AND y.arch = x.arch AND y.image_id = x.image_id))`, container, name, tag)
}

// bind adds an image to a tag under an architecture which the tag does not have. An index
// that the registry made is a person's from then on, if it is not bound as one.
func (t *Tx) bind(ctx context.Context, tag int64, arch string, image int64) error {
	const op = "store.bind"
	if err := t.run(ctx, op, "INSERT INTO tag_images (tag_id, arch, image_id) VALUES (?, ?, ?)", tag, arch, image); err != nil {
		return err
	}
	if arch != "*" {
		if err := t.run(ctx, op, "UPDATE images SET generated = 0 WHERE id = ? AND generated = 1", image); err != nil {
			return err
		}
	}
	return t.updateUntagged(ctx, []int64{image})
}

// SetTagIndex gives a tag the index that was made of its images.
func (t *Tx) SetTagIndex(ctx context.Context, tag, index int64) error {
	return t.bind(ctx, tag, "*", index)
}

// DeleteTag takes a tag away, or only what it names for one architecture if arch is given.
// Errors: NotFound if there is nothing of the kind.
func (t *Tx) DeleteTag(ctx context.Context, tag int64, arch string) error {
	const op = "store.DeleteTag"
	freed, err := all(ctx, t, op, value[int64],
		"DELETE FROM tag_images WHERE tag_id = ?1 AND (?2 = '' OR arch = ?2) RETURNING image_id", tag, arch)
	if err != nil {
		return err
	}
	if len(freed) == 0 {
		return errs.E(op, errs.NotFound, "The tag names no image for the architecture %q.", arch)
	}
	if _, err := t.dropIndex(ctx, tag); err != nil {
		return err
	}
	return t.updateUntagged(ctx, freed)
}

// dropIndex takes the index of a tag away after its images have changed, and the tag
// itself if it has none left; it reports whether the tag is still there.
func (t *Tx) dropIndex(ctx context.Context, tag int64) (left bool, err error) {
	const op = "store.dropIndex"
	index, err := all(ctx, t, op, value[int64], "DELETE FROM tag_images WHERE tag_id = ? AND arch = '*' RETURNING image_id", tag)
	if err != nil {
		return false, err
	}
	gone, err := t.exec(ctx, op, "DELETE FROM tags WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM tag_images WHERE tag_id = ?1)", tag)
	if err != nil {
		return false, err
	}
	return gone == 0, t.updateUntagged(ctx, index)
}

// updateUntagged notes of images whether a tag or an index names them, or a subject keeps them.
func (t *Tx) updateUntagged(ctx context.Context, images []int64) error {
	for _, id := range images {
		if err := t.run(ctx, "store.updateUntagged", `UPDATE images SET loose_since = CASE
		    WHEN EXISTS (SELECT 1 FROM tag_images WHERE image_id = :id) OR EXISTS (SELECT 1 FROM image_children WHERE child_id = :id)
		      OR EXISTS (SELECT 1 FROM images s WHERE s.container_id = images.container_id AND s.digest = images.subject AND s.deleted_at = 0) THEN 0
		    WHEN loose_since = 0 THEN :now ELSE loose_since END
		  WHERE id = :id`, sql.Named("id", id), sql.Named("now", unix(t.Now))); err != nil {
			return err
		}
	}
	return nil
}

// FreezeTag freezes or thaws a tag.
func (t *Tx) FreezeTag(ctx context.Context, tag int64, frozen bool) error {
	return t.run(ctx, "store.FreezeTag", "UPDATE tags SET frozen = ? WHERE id = ?", frozen, tag)
}

// FrozenTagOf gives a frozen tag of one of some images; "" if there is none.
func (t *Tx) FrozenTagOf(ctx context.Context, images ...int64) (string, error) {
	name, err := one(ctx, t, "store.FrozenTagOf", value[string], `SELECT g.name FROM tags g JOIN tag_images x ON x.tag_id = g.id
	  WHERE x.image_id IN (SELECT value FROM json_each(?)) AND g.frozen = 1 LIMIT 1`, list(images))
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return name, err
}
