package store

import (
	"context"
	"time"

	"sregistry/app/model"
)

// RetentionRules gives those of a collection, in their order.
func (t *Tx) RetentionRules(ctx context.Context, collection int64) ([]model.RetentionRule, error) {
	return all(ctx, t, "store.RetentionRules", func(row scanner) (model.RetentionRule, error) {
		var r model.RetentionRule
		var newer, pulled int64
		err := row.Scan(&r.Tags, &r.Last, &newer, &pulled)
		r.Newer, r.Pulled = time.Duration(newer)*time.Second, time.Duration(pulled)*time.Second
		return r, err
	}, "SELECT tags, last, newer, pulled FROM retention_rules WHERE collection_id = ? ORDER BY place", collection)
}

// SetRetentionRules replaces those of a collection.
func (t *Tx) SetRetentionRules(ctx context.Context, collection int64, rules []model.RetentionRule) error {
	const op = "store.SetRetentionRules"
	if err := t.run(ctx, op, "DELETE FROM retention_rules WHERE collection_id = ?", collection); err != nil {
		return err
	}
	for place, r := range rules {
		if err := t.run(ctx, op, "INSERT INTO retention_rules (collection_id, place, tags, last, newer, pulled) VALUES (?, ?, ?, ?, ?, ?)",
			collection, place, r.Tags, r.Last, int64(r.Newer/time.Second), int64(r.Pulled/time.Second)); err != nil {
			return err
		}
	}
	return nil
}

// CollectionsWithRetention gives the collections with rules, after one and at most limit.
func (t *Tx) CollectionsWithRetention(ctx context.Context, after int64, limit int) ([]int64, error) {
	return all(ctx, t, "store.CollectionsWithRetention", value[int64], `SELECT DISTINCT r.collection_id FROM retention_rules r
	  JOIN collections c ON c.id = r.collection_id WHERE c.deleted_at = 0 AND r.collection_id > ? ORDER BY 1 LIMIT ?`, after, limit)
}

// ThawedContainers gives the containers of a collection that are not frozen, after one and
// at most limit.
func (t *Tx) ThawedContainers(ctx context.Context, collection, after int64, limit int) ([]Place, error) {
	return all(ctx, t, "store.ThawedContainers", func(row scanner) (Place, error) {
		var p Place
		n := &p.ContainerOf
		return p, row.Scan(&p.Container, &p.Collection, &n.Namespace, &n.Name, &n.Container)
	}, `SELECT k.id, c.id, n.name, c.name, k.name FROM containers k JOIN collections c ON c.id = k.collection_id
	    JOIN names n ON n.id = c.namespace_id
	  WHERE k.collection_id = ? AND k.id > ? AND k.frozen = 0 AND `+live+` ORDER BY k.id LIMIT ?`, collection, after, limit)
}

// TagAge is what rules ask of a tag.
type TagAge struct {
	Tag     string
	Updated time.Time
	Pulled  time.Time // the last of its images; zero is never
	Size    int64
}

// TagAges gives the tags of a container that are not frozen and not an image's own, those
// that were moved last first. All are read, since rules compare them.
func (t *Tx) TagAges(ctx context.Context, container int64) ([]TagAge, error) {
	return all(ctx, t, "store.TagAges", func(row scanner) (TagAge, error) {
		var a TagAge
		var updated, pulled int64
		err := row.Scan(&a.Tag, &updated, &pulled, &a.Size)
		a.Updated, a.Pulled = fromUnix(updated), fromUnix(pulled)
		return a, err
	}, `SELECT g.name, g.updated_at, coalesce(max(i.last_pulled_at), 0), coalesce(sum(iif(x.arch = '*', 0, i.size)), 0)
	  FROM tags g LEFT JOIN tag_images x ON x.tag_id = g.id LEFT JOIN images i ON i.id = x.image_id
	 WHERE g.container_id = ? AND g.frozen = 0 AND g.subject = '' GROUP BY g.id ORDER BY g.updated_at DESC, g.name DESC`, container)
}
