package model

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

// Cut makes a page of a list that was read with one item more than its size, so as to
// know whether there is another; cursor gives an item's place.
func Cut[T any](p Page, items []T, cursor func(T) string) (page []T, next string) {
	if len(items) <= p.Size() {
		return items, ""
	}
	items = items[:p.Size()]
	return items, cursor(items[len(items)-1])
}
