package client

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
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

// Usages walks how much room namespaces take up, and the collections that have a quota: all
// of them for admins, for others their own.
func (c *Client) Usages(ctx context.Context) iter.Seq2[api.Usage, error] {
	return list[api.Usage](ctx, c, nil, "usage")
}

// Usage tells how much room a namespace or a collection takes up. Errors: NotFound.
func (c *Client) Usage(ctx context.Context, name ref.Path) (api.Usage, error) {
	var u api.Usage
	err := c.call(ctx, http.MethodGet, c.address("usage", name.String()), nil, &u)
	return u, errs.Wrap("client.Usage", err)
}

// SetQuota limits the room of a namespace or a collection, for admins; 0 is no limit, and
// nil what the registry's settings say. Errors: NotFound, Forbidden.
func (c *Client) SetQuota(ctx context.Context, name ref.Path, bytes *int64) (api.Usage, error) {
	var u api.Usage
	err := c.call(ctx, http.MethodPut, c.address("usage", name.String(), "quota"), api.Quota{Bytes: bytes}, &u)
	return u, errs.Wrap("client.SetQuota", err)
}

// Retention gives the rules by which tags go from a collection. Errors: NotFound, Forbidden.
func (c *Client) Retention(ctx context.Context, name ref.Path) (api.Retention, error) {
	var r api.Retention
	err := c.call(ctx, http.MethodGet, c.address("collections", name.String(), "retention"), nil, &r)
	return r, errs.Wrap("client.Retention", err)
}

// SetRetention replaces them. Errors: Invalid, NotFound, Forbidden.
func (c *Client) SetRetention(ctx context.Context, name ref.Path, r api.Retention) error {
	return errs.Wrap("client.SetRetention", c.call(ctx, http.MethodPut, c.address("collections", name.String(), "retention"), r, nil))
}

// Expiring tells what would go by some rules, or with none by those that are set. Errors:
// Invalid, NotFound, Forbidden.
func (c *Client) Expiring(ctx context.Context, name ref.Path, r api.Retention) (api.Expiring, error) {
	var e api.Expiring
	err := c.call(ctx, http.MethodPost, c.address("collections", name.String(), "retention", "preview"), r, &e)
	return e, errs.Wrap("client.Expiring", err)
}
