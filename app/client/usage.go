package client

import (
	"context"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

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
