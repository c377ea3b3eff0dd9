package store

import "context"

// maxFew is how many rows are taken one by one and sorted; where more may be meant, an
// index is walked in the order that is wanted, and each row of it looked at. Either way
// all that is asked for is found: this only says which is quicker.
const maxFew = 1000

// few runs a query for row ids whose last parameter is its limit. It gives nil if there
// are more than maxFew.
func (t *Tx) few(ctx context.Context, text string, args ...any) ([]int64, error) {
	ids, err := all(ctx, t, "store.few", value[int64], text, append(args, maxFew+1)...)
	if err != nil || len(ids) > maxFew {
		return nil, err
	}
	if ids == nil {
		ids = []int64{}
	}
	return ids, nil
}
