package store

import (
	"context"
	"time"

	"sregistry/app/model"
)

func scanHolding(row scanner) (model.Holding, error) {
	var h model.Holding
	return h, row.Scan(&h.Name, &h.Images, &h.Bytes)
}

// NamespaceHoldings gives what namespaces take up, the largest first, at most limit.
func (t *Tx) NamespaceHoldings(ctx context.Context, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.NamespaceHoldings", scanHolding,
		"SELECT n.name, n.images, n.used FROM names n WHERE n.used > 0 ORDER BY n.used DESC, n.name LIMIT ?", limit)
}

// CollectionHoldings gives what the collections of a namespace take up, the largest
// first, at most limit.
func (t *Tx) CollectionHoldings(ctx context.Context, namespace string, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.CollectionHoldings", scanHolding, `SELECT n.name || '/' || c.name, c.images, c.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id
	 WHERE n.name = ? AND c.used > 0 ORDER BY c.used DESC, c.name LIMIT ?`, namespace, limit)
}

// ContainerHoldings gives what the containers of a collection take up, the largest first,
// at most limit.
func (t *Tx) ContainerHoldings(ctx context.Context, namespace, collection string, limit int) ([]model.Holding, error) {
	return all(ctx, t, "store.ContainerHoldings", scanHolding, `SELECT n.name || '/' || c.name || '/' || k.name, k.images, k.used
	  FROM names n JOIN collections c ON c.namespace_id = n.id JOIN containers k ON k.collection_id = c.id
	 WHERE n.name = ? AND c.name = ? AND k.used > 0 ORDER BY k.used DESC, k.name LIMIT ?`, namespace, collection, limit)
}

// Sample counts what the registry holds now.
func (t *Tx) Sample(ctx context.Context) (model.Sample, error) {
	return one(ctx, t, "store.Sample", func(row scanner) (model.Sample, error) {
		s := model.Sample{Day: t.Now}
		return s, row.Scan(&s.Bytes, &s.Blobs, &s.Images, &s.Collections, &s.Users)
	}, "SELECT bytes, blobs, (SELECT sum(images) FROM names), (SELECT count(*) FROM collections), (SELECT count(*) FROM users) FROM stock")
}

// KeepSample notes what the registry held on a day.
func (t *Tx) KeepSample(ctx context.Context, s model.Sample) error {
	return t.run(ctx, "store.KeepSample", `INSERT INTO samples (day, bytes, blobs, images, collections, users) VALUES (?, ?, ?, ?, ?, ?)
	  ON CONFLICT DO UPDATE SET bytes = excluded.bytes, blobs = excluded.blobs, images = excluded.images,
	                            collections = excluded.collections, users = excluded.users`,
		dayNumber(s.Day), s.Bytes, s.Blobs, s.Images, s.Collections, s.Users)
}

// Samples gives those of the days since a moment, the oldest first.
func (t *Tx) Samples(ctx context.Context, since time.Time) ([]model.Sample, error) {
	return all(ctx, t, "store.Samples", func(row scanner) (model.Sample, error) {
		var s model.Sample
		var day int64
		err := row.Scan(&day, &s.Bytes, &s.Blobs, &s.Images, &s.Collections, &s.Users)
		s.Day = time.Unix(day*secondsOfDay, 0).UTC()
		return s, err
	}, "SELECT day, bytes, blobs, images, collections, users FROM samples WHERE day >= ? ORDER BY day", dayNumber(since))
}

const secondsOfDay = 24 * 60 * 60

// dayNumber counts the days since 1970, in UTC.
func dayNumber(t time.Time) int64 { return t.Unix() / secondsOfDay }

// Garbage gives by day, the first first, what a grace period will end for, or for what lost
// its last tag another one, at most limit days. What it has ended for already is of day 0.
// An image is as large as its manifest says, so that the sum may pass what an integer holds.
func (t *Tx) Garbage(ctx context.Context, grace, loose time.Duration, limit int) ([]model.Garbage, error) {
	return all(ctx, t, "store.Garbage", func(row scanner) (model.Garbage, error) {
		var g model.Garbage
		var day int64
		err := row.Scan(&day, &g.Images, &g.Bytes)
		if day > 0 {
			g.Day = time.Unix(day*secondsOfDay, 0).UTC()
		}
		return g, err
	}, `SELECT CASE WHEN ends <= ?2 THEN 0 ELSE ends / 86400 END AS day, count(*), CAST(total(size) AS INTEGER) FROM (
	      SELECT id, size, deleted_at + ?1 AS ends FROM images WHERE deleted_at > 0
	      UNION ALL
	      SELECT id, size, loose_since + ?4 FROM images WHERE loose_since > 0 AND deleted_at = 0)
	    GROUP BY 1 ORDER BY 1 LIMIT ?3`, int64(grace/time.Second), unix(t.Now), limit, int64(loose/time.Second))
}

// OpenUploads gives the uploads under way, the last begun first, at most limit. Their
// bytes are those that are durable.
func (t *Tx) OpenUploads(ctx context.Context, limit int) ([]model.OpenUpload, error) {
	return all(ctx, t, "store.OpenUploads", func(row scanner) (model.OpenUpload, error) {
		var u model.OpenUpload
		var begun, touched int64
		err := row.Scan(&u.ID, &u.Container, &u.User, &u.UserFullName, &u.Bytes, &begun, &touched)
		u.Begun, u.Touched = fromUnix(begun), fromUnix(touched)
		return u, err
	}, `SELECT x.id, x.container, n.name, u.full_name, x.offset, x.created_at, x.touched_at FROM uploads x
	    JOIN users u ON u.id = x.user_id JOIN names n ON n.id = u.name_id ORDER BY x.created_at DESC, x.id LIMIT ?`, limit)
}

// Reaches gives the collections in which a user has a role by whatever way, by name, one
// more than the page holds.
func (t *Tx) Reaches(ctx context.Context, user int64, p model.Page) ([]model.Reach, error) {
	return all(ctx, t, "store.Reaches", func(row scanner) (model.Reach, error) {
		var r model.Reach
		return r, row.Scan(&r.Collection, &r.Public, &r.Role)
	}, `SELECT n.name || '/' || c.name AS full, c.public, max(r.role)
	      FROM roles r JOIN collections c ON c.id = r.collection_id JOIN names n ON n.id = c.namespace_id
	     WHERE r.user_id = ?1 AND c.deleted_at = 0 GROUP BY c.id HAVING full > ?2 ORDER BY full LIMIT ?3`, user, p.After, p.Size()+1)
}
