package client

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// Deletions walks what can be brought back, newest first: in a collection, in a container
// or, with both empty, everywhere.
func (c *Client) Deletions(ctx context.Context, collection, container string) iter.Seq2[api.Deletion, error] {
	return list[api.Deletion](ctx, c, query("collection", collection, "container", container), "deletions")
}

// Undelete brings back what was deleted or moved. Errors: NotFound, Conflict, Frozen.
func (c *Client) Undelete(ctx context.Context, id int64) (api.Restored, error) {
	var done api.Restored
	err := c.call(ctx, http.MethodPost, c.address("deletions", strconv.FormatInt(id, 10), "undo"), nil, &done)
	return done, errs.Wrap("client.Undelete", err)
}

// Purge removes for good what could still be brought back. Errors: NotFound, Frozen.
func (c *Client) Purge(ctx context.Context, id int64) error {
	return errs.Wrap("client.Purge", c.call(ctx, http.MethodDelete, c.address("deletions", strconv.FormatInt(id, 10)), nil, nil))
}
