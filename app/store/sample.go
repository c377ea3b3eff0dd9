package store

import (
	"context"
	"time"

	"sregistry/app/model"
)

// Sample counts what the registry holds now.
func (t *Tx) Sample(ctx context.Context) (model.Sample, error) {
	return one(ctx, t, "store.Sample", func(row scanner) (model.Sample, error) {
		s := model.Sample{Day: t.Now}
		return s, row.Scan(&s.Bytes, &s.Blobs, &s.Images, &s.Collections, &s.Users)
	}, "SELECT bytes, blobs, (SELECT sum(images) FROM names), (SELECT count(*) FROM collections), (SELECT count(*) FROM users) FROM stock")
}

// SaveSample notes what the registry held on a day.
func (t *Tx) SaveSample(ctx context.Context, s model.Sample) error {
	return t.run(ctx, "store.SaveSample", `INSERT INTO samples (day, bytes, blobs, images, collections, users) VALUES (?, ?, ?, ?, ?, ?)
	  ON CONFLICT DO UPDATE SET bytes = excluded.bytes, blobs = excluded.blobs, images = excluded.images,
	                            collections = excluded.collections, users = excluded.users`,
		DayOf(s.Day), s.Bytes, s.Blobs, s.Images, s.Collections, s.Users)
}

// Samples gives those of the days since a moment, the oldest first.
func (t *Tx) Samples(ctx context.Context, since time.Time) ([]model.Sample, error) {
	return all(ctx, t, "store.Samples", func(row scanner) (model.Sample, error) {
		var s model.Sample
		var day int64
		err := row.Scan(&day, &s.Bytes, &s.Blobs, &s.Images, &s.Collections, &s.Users)
		s.Day = startOf(day)
		return s, err
	}, "SELECT day, bytes, blobs, images, collections, users FROM samples WHERE day >= ? ORDER BY day", DayOf(since))
}
