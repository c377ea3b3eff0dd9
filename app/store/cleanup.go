package store

import (
	"context"
	"database/sql"
	"time"

	"sregistry/app/model"
)

// CleanupForecast gives, by day, how many images will be removed and their bytes, the earliest day
// first, at most limit days. grace is how long a deleted image stays, and loose how long one
// does that has lost its last tag. Those whose time has run out already are of day zero.
// An image is as large as its manifest says, so that the sum may pass what an integer holds.
func (t *Tx) CleanupForecast(ctx context.Context, grace, loose time.Duration, limit int) ([]model.CleanupDay, error) {
	return all(ctx, t, "store.CleanupForecast", func(row scanner) (model.CleanupDay, error) {
		var g model.CleanupDay
		var day int64
		err := row.Scan(&day, &g.Images, &g.Bytes)
		if day > 0 {
			g.Day = startOf(day)
		}
		return g, err
	}, `SELECT iif(ends <= :now, 0, ends / :day) AS day, count(*), CAST(total(size) AS INTEGER) FROM (
	      SELECT size, deleted_at + :grace AS ends FROM images WHERE deleted_at > 0
	      UNION ALL
	      SELECT size, loose_since + :loose FROM images WHERE loose_since > 0 AND deleted_at = 0)
	    GROUP BY 1 ORDER BY 1 LIMIT :limit`, sql.Named("grace", int64(grace/time.Second)), sql.Named("loose", int64(loose/time.Second)),
		sql.Named("now", unix(t.Now)), sql.Named("day", secondsADay), sql.Named("limit", limit))
}
