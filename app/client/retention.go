package client

import (
	"context"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// Retention gives the rules by which tags go from a collection. Errors: NotFound, Forbidden.
func (c *Client) Retention(ctx context.Context, name ref.Path) (api.Retention, error) {
	var r api.Retention
	err := c.call(ctx, http.MethodGet, c.address("collections", name.String(), "retention"), nil, &r)
	return r, errs.Wrap("client.Retention", err)
}

// SetRetention replaces the rules of a collection. Errors: Invalid, NotFound, Forbidden.
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
