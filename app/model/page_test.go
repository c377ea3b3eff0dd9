package model_test

import (
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestListsGoOnWhereTheyWereCut(t *testing.T) {
	t.Parallel()
	ids := []int64{9, 7, 4, 2, 1}
	var got []int64
	for p := (model.Page{Limit: 2}); ; {
		after, err := p.AfterID()
		if err != nil {
			t.Fatal(err)
		}
		var rest []int64 // as a store reads it: one more than the page holds
		for _, id := range ids {
			if (after == 0 || id < after) && len(rest) <= p.Size() {
				rest = append(rest, id)
			}
		}
		part, next := model.Cut(p, rest, model.CursorOf)
		if got = append(got, part...); next == "" {
			break
		}
		p.After = next
	}
	if len(got) != len(ids) {
		t.Errorf("%v of %v", got, ids)
	}
	for _, bad := range []string{"x", "1x", "99999999999999999999", " 1"} {
		if _, err := (model.Page{After: bad}).AfterID(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
