package store

import (
	"context"
	"database/sql"
	"strings"

	"sregistry/app/model"
)

// Labels gives keys and values that stand in images which an actor may see, in their
// order, one more than the page holds, each with at most limit images. An empty key or
// value stands for every one; letters count alike, large or small.
func (t *Tx) Labels(ctx context.Context, actor model.Actor, signIn bool, key, value string, p model.Page, limit int) ([]model.Label, error) {
	afterKey, afterValue, _ := strings.Cut(p.After, "\x00")
	args := append(viewer(actor, signIn), sql.Named("key", key), sql.Named("value", value),
		sql.Named("afterKey", afterKey), sql.Named("afterValue", afterValue), sql.Named("limit", p.Size()+1))
	const from = ` FROM image_labels l JOIN images i ON i.id = l.image_id JOIN tag_images x ON x.image_id = i.id
	  JOIN tags g ON g.id = x.tag_id JOIN containers k ON k.id = i.container_id
	  JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id`
	labels, err := all(ctx, t, "store.Labels", func(row scanner) (model.Label, error) {
		var l model.Label
		return l, row.Scan(&l.Key, &l.Value)
	}, `SELECT DISTINCT l.key, l.value`+from+`
	 WHERE (:key = '' OR l.key = :key COLLATE NOCASE) AND (:value = '' OR l.value = :value COLLATE NOCASE)
	   AND (l.key, l.value) > (:afterKey, :afterValue) AND `+visible+`
	 ORDER BY l.key, l.value LIMIT :limit`, args...)
	if err != nil {
		return nil, err
	}
	for at := range labels {
		args := append(viewer(actor, signIn), sql.Named("key", labels[at].Key), sql.Named("value", labels[at].Value), sql.Named("limit", limit))
		images, err := all(ctx, t, "store.Labels", func(row scanner) (string, error) {
			var i model.Image
			err := row.Scan(&i.Container.Namespace, &i.Container.Name, &i.Container.Container, &i.Tag)
			return i.Container.String() + ":" + i.Tag, err
		}, `SELECT DISTINCT n.name, c.name, k.name, g.name`+from+`
		 WHERE l.key = :key AND l.value = :value AND `+visible+` ORDER BY 1, 2, 3, 4 LIMIT :limit`, args...)
		if err != nil {
			return nil, err
		}
		labels[at].Images = images
	}
	return labels, nil
}

// LabelCursor is the cursor that stands for a label in a list of Labels.
func LabelCursor(l model.Label) string { return l.Key + "\x00" + l.Value }

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
