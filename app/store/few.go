package store

import (
	"context"
	"database/sql"
	"slices"
)

const (
	// maxFew is how many rows are taken one by one and sorted; where more may be meant, an
	// index is walked in the order that is wanted, and each row of it looked at. Either way
	// all that is asked for is found: this only says which is quicker.
	maxFew = 1000
	// maxOwn is the same of what somebody sees that is not public, without another
	// condition: a walk passes by what he does not see at little cost.
	maxOwn = 100
)

// few runs a query for row ids with the further parameter :limit. It gives nil if there are
// more than most.
func (t *Tx) few(ctx context.Context, most int, text string, args ...any) ([]int64, error) {
	ids, err := all(ctx, t, "store.few", value[int64], text, append(slices.Clip(args), sql.Named("limit", most+1))...)
	if err != nil || len(ids) > most {
		return nil, err
	}
	if ids == nil {
		ids = []int64{}
	}
	return ids, nil
}
