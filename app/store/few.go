package store

import (
	"context"
	"database/sql"
	"slices"
)

const (
	// maxFew is how many rows are taken one by one and sorted. Where there may be more, an
	// index is walked in the wanted order, and each of its rows looked at. Both ways find the
	// same; which of them is taken is only a matter of speed.
	maxFew = 1000
	// maxOwn is the same for what is not public and somebody may see, if there is no other
	// condition: it is lower, because a walk passes what he may not see at little cost.
	maxOwn = 100
)

// idsIfFew runs a query for row ids with the further parameter :limit. It gives nil if there are
// more than most.
func (t *Tx) idsIfFew(ctx context.Context, most int, text string, args ...any) ([]int64, error) {
	ids, err := all(ctx, t, "store.idsIfFew", value[int64], text, append(slices.Clip(args), sql.Named("limit", most+1))...)
	if err != nil || len(ids) > most {
		return nil, err
	}
	if ids == nil {
		ids = []int64{}
	}
	return ids, nil
}
