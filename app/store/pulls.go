package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// PullCount is how often a blob of a container was sent whole on one day.
type PullCount struct {
	Container int64
	Digest    digest.Digest
	Day       int64 // as of DayOf
	Count     int64
	Last      time.Time
}

// AddPulls adds counts to the images whose mark the blobs are, and to their containers.
// Blobs that are the mark of no image are passed over.
func (t *Tx) AddPulls(ctx context.Context, counts []PullCount) error {
	const op = "store.AddPulls"
	for _, c := range counts {
		image, err := one(ctx, t, op, value[int64],
			"SELECT id FROM images WHERE container_id = ? AND mark = ? AND mark <> '' AND deleted_at = 0 ORDER BY id DESC LIMIT 1", c.Container, c.Digest)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := t.addPulls(ctx, image, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) addPulls(ctx context.Context, image int64, c PullCount) error {
	args := []any{sql.Named("image", image), sql.Named("container", c.Container), sql.Named("day", c.Day),
		sql.Named("count", c.Count), sql.Named("last", unix(c.Last))}
	for _, text := range []string{
		"INSERT INTO pulls (image_id, day, count) VALUES (:image, :day, :count) ON CONFLICT DO UPDATE SET count = count + :count",
		"INSERT INTO container_pulls (container_id, day, count) VALUES (:container, :day, :count) ON CONFLICT DO UPDATE SET count = count + :count",
		"UPDATE images SET pulls = pulls + :count, last_pulled_at = max(last_pulled_at, :last) WHERE id = :image",
		"UPDATE containers SET pulls = pulls + :count WHERE id = :container",
	} {
		if err := t.run(ctx, "store.addPulls", text, args...); err != nil {
			return err
		}
	}
	return nil
}

// ImagePulls gives how often an image was pulled on each day since one, without the days
// on which it was not.
func (t *Tx) ImagePulls(ctx context.Context, image, since int64) ([]model.DayPulls, error) {
	return all(ctx, t, "store.ImagePulls", scanDayPulls,
		"SELECT day, count FROM pulls WHERE image_id = ? AND day >= ? ORDER BY day", image, since)
}

// ContainerPulls is ImagePulls for all that is or was in a container.
func (t *Tx) ContainerPulls(ctx context.Context, container, since int64) ([]model.DayPulls, error) {
	return all(ctx, t, "store.ContainerPulls", scanDayPulls,
		"SELECT day, count FROM container_pulls WHERE container_id = ? AND day >= ? ORDER BY day", container, since)
}

func scanDayPulls(row scanner) (model.DayPulls, error) {
	var d model.DayPulls
	var day int64
	err := row.Scan(&day, &d.Count)
	d.Day = startOf(day)
	return d, err
}
