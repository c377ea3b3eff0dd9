package store

import (
	"context"

	"sregistry/app/model"
)

// NewestTags gives the tags of some containers that were changed last, by the containers'
// row ids, at most limit of each.
func (t *Tx) NewestTags(ctx context.Context, containers []model.Container, limit int) (map[int64][]model.Tag, error) {
	var ids []int64
	for _, k := range containers {
		ids = append(ids, k.ID)
	}
	found := map[int64][]model.Tag{}
	err := t.each(ctx, "store.NewestTags", `SELECT g.container_id, g.name, g.frozen, g.updated_at FROM json_each(?) k
	  CROSS JOIN tags g ON g.id IN (SELECT y.id FROM tags y WHERE y.container_id = k.value AND y.subject = '' ORDER BY y.updated_at DESC, y.id DESC LIMIT ?)
	  ORDER BY g.updated_at DESC, g.id DESC`, []any{list(ids), limit}, func(row scanner) error {
		var container, updated int64
		var g model.Tag
		err := row.Scan(&container, &g.Name, &g.Frozen, &updated)
		g.Updated = fromUnix(updated)
		found[container] = append(found[container], g)
		return err
	})
	return found, err
}

// Arches gives the architectures of images that an actor may see, by name.
func (t *Tx) Arches(ctx context.Context, actor model.Actor, signIn bool) ([]string, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	// The index is asked for the next architecture again and again; there are few.
	return all(ctx, t, "store.Arches", value[string], `WITH RECURSIVE every (arch) AS (
	    SELECT min(arch) FROM images WHERE arch <> ''
	    UNION ALL
	    SELECT (SELECT min(i.arch) FROM images i WHERE i.arch > every.arch AND i.arch <> '') FROM every WHERE every.arch IS NOT NULL)
	  SELECT arch FROM every WHERE EXISTS (SELECT 1 FROM images i
	      CROSS JOIN containers k ON k.id = i.container_id CROSS JOIN collections c ON c.id = k.collection_id
	     WHERE i.arch = every.arch AND i.arch <> '' AND i.loose_since = 0 AND i.deleted_at = 0 AND `+visible+")", args...)
}

// shown is the condition that a list shows a collection c which is there: a default
// collection once there is something in it.
const shown = "(c.name <> 'default' OR c.containers > 0)"

// CountVisible counts the collections and containers that an actor may see. A default
// collection counts once there is something in it.
func (t *Tx) CountVisible(ctx context.Context, actor model.Actor, signIn bool) (collections, containers int, err error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return 0, 0, err
	}
	type counts struct{ collections, containers int }
	n, err := one(ctx, t, "store.CountVisible", func(row scanner) (counts, error) {
		var n counts
		return n, row.Scan(&n.collections, &n.containers)
	}, `SELECT coalesce(sum(collections), 0), coalesce(sum(containers), 0) FROM (
	    SELECT collections, containers FROM listed WHERE public = 1 AND :open OR public = 0 AND :all
	    UNION ALL
	    SELECT 1, c.containers FROM collections c WHERE NOT :all AND c.id IN (SELECT value FROM json_each(:own))
	       AND c.public = 0 AND c.deleted_at = 0 AND `+shown+")", args...)
	return n.collections, n.containers, err
}
