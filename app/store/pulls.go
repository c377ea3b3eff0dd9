package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// secondsADay is how the days of a series are numbered: since 1970, in UTC.
const secondsADay = 24 * 60 * 60

// PullCount is how often a blob of a container was sent whole on one day.
type PullCount struct {
	Container int64
	Digest    digest.Digest
	Day       int64 // since 1970
	Count     int64
	Last      time.Time
}

// DayOf numbers the day of a moment.
func DayOf(at time.Time) int64 { return at.Unix() / secondsADay }

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

// CollectionPulls is ContainerPulls for all containers of a collection together.
func (t *Tx) CollectionPulls(ctx context.Context, collection, since int64) ([]model.DayPulls, error) {
	return all(ctx, t, "store.CollectionPulls", scanDayPulls, `SELECT p.day, sum(p.count)
	   FROM containers k JOIN container_pulls p ON p.container_id = k.id
	  WHERE k.collection_id = ? AND p.day >= ? GROUP BY p.day ORDER BY p.day`, collection, since)
}

// CollectionPullTotal gives how often anything in a collection was ever pulled.
func (t *Tx) CollectionPullTotal(ctx context.Context, collection int64) (int64, error) {
	return one(ctx, t, "store.CollectionPullTotal", value[int64], "SELECT coalesce(sum(pulls), 0) FROM containers WHERE collection_id = ?", collection)
}

func scanDayPulls(row scanner) (model.DayPulls, error) {
	var d model.DayPulls
	var day int64
	err := row.Scan(&day, &d.Count)
	d.Day = fromUnix(day * secondsADay)
	return d, err
}

// MostPulled gives the containers that an actor may see and that were ever pulled, those
// with most pulls first, one more than the page holds. They follow the container with so
// many pulls and that id; 0 pulls is the beginning.
func (t *Tx) MostPulled(ctx context.Context, actor model.Actor, signIn bool, pulls, id int64, p model.Page) ([]model.Container, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	args = append(args, sql.Named("pulls", pulls), sql.Named("id", id), sql.Named("limit", p.Size()+1))
	// CROSS JOIN: containers come in the order of their index, and the reading stops when
	// the page is full.
	return all(ctx, t, "store.MostPulled", scanContainer, "SELECT "+containerColumns+` FROM containers k
	  CROSS JOIN collections c ON c.id = k.collection_id JOIN names n ON n.id = c.namespace_id
	 WHERE k.pulls > 0 AND k.deleted_at = 0 AND (:pulls = 0 OR (k.pulls, k.id) < (:pulls, :id)) AND `+visible+`
	 ORDER BY k.pulls DESC, k.id DESC LIMIT :limit`, args...)
}
