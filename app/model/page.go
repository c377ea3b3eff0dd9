package model

import (
	"strconv"

	"sregistry/app/errs"
)

// The bounds of a page of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page asks for a part of a list: what follows the cursor After, at most Limit items.
// Cursors are opaque; "" is the beginning.
type Page struct {
	After string
	Limit int
}

// Size gives the number of items to deliver: the limit within its bounds.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// AfterID reads the cursor of a list that goes by row ids; 0 is the beginning. Errors:
// Invalid.
func (p Page) AfterID() (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil {
		return 0, errs.Because("model.Page.AfterID", errs.Invalid, err, "The list cannot go on from %.20q; begin it anew.", p.After)
	}
	return id, nil
}

// CursorOf is the cursor that AfterID reads.
func CursorOf(id int64) string { return strconv.FormatInt(id, 10) }

// Gather reads a list page by page, up to most items; none is an empty list, and not nil.
func Gather[T any](most int, read func(Page) (items []T, next string, err error)) ([]T, error) {
	all := []T{}
	p := Page{Limit: MaxLimit}
	for len(all) < most {
		items, next, err := read(p)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if p.After = next; next == "" {
			return all, nil
		}
	}
	return all[:most], nil
}

// Cut makes a page of a list that was read with one item more than its size, so as to
// know whether there is another; cursor gives an item's place.
func Cut[T any](p Page, items []T, cursor func(T) string) (page []T, next string) {
	if len(items) <= p.Size() {
		return items, ""
	}
	items = items[:p.Size()]
	return items, cursor(items[len(items)-1])
}
