package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"sregistry/app/model"
)

// visibleLabel is visible for a label l.
const visibleLabel = `(l.open > 0 AND :open OR :all OR EXISTS (SELECT 1 FROM collection_labels v
  WHERE v.label_id = l.id AND v.collection_id IN (SELECT value FROM json_each(:own))))`

// visibleImages counts the images with a label l that a viewer may see.
const visibleImages = `iif(:all, l.images, iif(:open, l.open, 0) + coalesce((SELECT sum(v.images)
  FROM collection_labels v JOIN collections c ON c.id = v.collection_id
 WHERE v.label_id = l.id AND c.public = 0 AND v.collection_id IN (SELECT value FROM json_each(:own))), 0))`

// LabelKeys gives the keys of labels that an actor may see, with the number of images that
// have one, by name, one more than the page holds.
func (t *Tx) LabelKeys(ctx context.Context, actor model.Actor, signIn bool, p model.Page) ([]model.LabelCount, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, "store.LabelKeys", func(row scanner) (model.LabelCount, error) {
		var l model.LabelCount
		return l, row.Scan(&l.Key, &l.Images)
	}, `WITH own (key, images) AS MATERIALIZED (
	    SELECT v.key, sum(v.images) FROM collections c CROSS JOIN collection_keys v ON v.collection_id = c.id
	     WHERE c.id IN (SELECT value FROM json_each(:own)) AND +c.public = 0 GROUP BY v.key)
	  SELECT * FROM (SELECT y.key, iif(:all, y.images, iif(:open, y.open, 0) + coalesce((SELECT o.images FROM own o WHERE o.key = y.key), 0)) AS images
	    FROM label_keys y WHERE y.key > :after)
	   WHERE images > 0 ORDER BY key LIMIT :limit`, append(args, sql.Named("after", p.After), sql.Named("limit", p.Size()+1))...)
}

// LabelValues gives the values that a key has in images which an actor may see, with the
// number of images, by value, one more than the page holds.
func (t *Tx) LabelValues(ctx context.Context, actor model.Actor, signIn bool, key string, p model.Page) ([]model.LabelCount, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	return all(ctx, t, "store.LabelValues", func(row scanner) (model.LabelCount, error) {
		var l model.LabelCount
		return l, row.Scan(&l.Key, &l.Value, &l.Images)
	}, "SELECT l.key, l.value, "+visibleImages+" FROM labels l WHERE l.key = :key AND (:begin OR l.value > :after) AND "+visibleLabel+
		" ORDER BY l.value LIMIT :limit",
		append(args, sql.Named("key", key), sql.Named("begin", p.After == ""), sql.Named("after", p.After), sql.Named("limit", p.Size()+1))...)
}

// Labels gives a page of keys and values that stand in images which an actor may see, in
// their order, each with at most limit images, and reports whether there are more: a page
// ends early once that many images were named. An empty key or value stands for every one;
// letters count alike, large or small.
func (t *Tx) Labels(ctx context.Context, actor model.Actor, signIn bool, key, value string, p model.Page, limit int) (labels []model.Label, more bool, err error) {
	viewer, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, false, err
	}
	afterKey, afterValue, _ := strings.Cut(p.After, "\x00")
	args := append(slices.Clip(viewer), sql.Named("key", key), sql.Named("value", value),
		sql.Named("afterKey", afterKey), sql.Named("afterValue", afterValue), sql.Named("limit", p.Size()+1))
	where := " WHERE"
	if key != "" {
		where += " l.key = :key COLLATE NOCASE AND"
	}
	if value != "" {
		where += " l.value = :value COLLATE NOCASE AND"
	}
	labels, err = all(ctx, t, "store.Labels", scanLabel, "SELECT l.key, l.value FROM labels l"+where+
		" (l.key, l.value) > (:afterKey, :afterValue) AND "+visibleLabel+" ORDER BY l.key, l.value LIMIT :limit", args...)
	if err != nil {
		return nil, false, err
	}
	if more = len(labels) > p.Size(); more {
		labels = labels[:p.Size()]
	}
	named := 0
	for at := range labels {
		if labels[at].Images, err = t.labelled(ctx, viewer, labels[at], limit); err != nil {
			return nil, false, err
		}
		if named += len(labels[at].Images); named >= limit && at+1 < len(labels) {
			return labels[:at+1], true, nil
		}
	}
	return labels, more, nil
}

func scanLabel(row scanner) (model.Label, error) {
	var l model.Label
	return l, row.Scan(&l.Key, &l.Value)
}

// labelled names the images with a label that a viewer may see, by their tags: at most limit of
// those that came last, by name. An image in an index is named by the index's. What a tag
// names was deleted only if its container was, so images need not be read for that.
func (t *Tx) labelled(ctx context.Context, viewer []any, l model.Label, limit int) ([]string, error) {
	names, err := all(ctx, t, "store.labelled", func(row scanner) (string, error) {
		var i model.Image
		err := row.Scan(&i.Container.Namespace, &i.Container.Name, &i.Container.Container, &i.Tag)
		return i.Container.String() + ":" + i.Tag, err
	}, `SELECT DISTINCT n.name, c.name, k.name, g.name FROM image_labels l
	  CROSS JOIN tag_images x ON x.image_id IN (SELECT l.image_id UNION ALL
	      SELECT y.image_id FROM image_children y JOIN images i ON i.id = y.child_id WHERE y.child_id = l.image_id AND i.deleted_at = 0)
	  CROSS JOIN tags g ON g.id = x.tag_id CROSS JOIN containers k ON k.id = g.container_id
	  CROSS JOIN collections c ON c.id = k.collection_id CROSS JOIN names n ON n.id = c.namespace_id
	 WHERE l.key = :key AND l.value = :value AND k.deleted_at = 0 AND `+visible+` ORDER BY l.image_id DESC LIMIT :limit`,
		append(slices.Clip(viewer), sql.Named("key", l.Key), sql.Named("value", l.Value), sql.Named("limit", limit))...)
	slices.Sort(names)
	return names, err
}

// LabelCursor is the cursor that stands for a label in a list of Labels.
func LabelCursor(l model.Label) string { return l.Key + "\x00" + l.Value }

// LabelsLength gives how many bytes the labels of an image have.
func (t *Tx) LabelsLength(ctx context.Context, image int64) (int64, error) {
	return one(ctx, t, "store.LabelsLength", value[int64],
		"SELECT coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM image_labels WHERE image_id = ?", image)
}

// LabelsOf gives the labels of an image.
func (t *Tx) LabelsOf(ctx context.Context, image int64) (map[string]string, error) {
	labels := map[string]string{}
	err := t.each(ctx, "store.LabelsOf", "SELECT key, value FROM image_labels WHERE image_id = ?", []any{image}, func(row scanner) error {
		var key, value string
		err := row.Scan(&key, &value)
		labels[key] = value
		return err
	})
	return labels, err
}
