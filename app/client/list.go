package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"sregistry/app/api"
)

// list walks a list of our own interface page after page, as far as the caller reads. An
// error ends it, as its last pair.
func list[T any](ctx context.Context, c *Client, query url.Values, segments ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		after := ""
		for {
			values := url.Values{}
			for key, value := range query {
				values[key] = value
			}
			if after != "" {
				values.Set("after", after)
			}
			address := c.address(segments...)
			if len(values) > 0 {
				address += "?" + values.Encode()
			}
			var page api.List[T]
			if err := c.call(ctx, http.MethodGet, address, nil, &page); err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			// A cursor that does not move would go round for ever.
			if page.Next == "" || page.Next == after {
				return
			}
			after = page.Next
		}
	}
}

// query makes the values of an address out of pairs, leaving out what is empty.
func query(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	return values
}
