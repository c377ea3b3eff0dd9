package client

import (
	"context"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// Collections lists the collections that the caller may see.
func (c *Client) Collections(ctx context.Context) iter.Seq2[api.Collection, error] {
	return list[api.Collection](ctx, c, nil, "collections")
}

// Collection gives one collection. Errors: NotFound, even if it is there but may not be seen.
func (c *Client) Collection(ctx context.Context, name ref.Path) (api.Collection, error) {
	var out api.Collection
	err := c.call(ctx, http.MethodGet, c.address("collections", name.String()), nil, &out)
	return out, errs.Wrap("client.Collection", err)
}

// CreateCollection makes a collection with the caller as its owner. Errors: Conflict for a
// name that is taken, Invalid, Forbidden.
func (c *Client) CreateCollection(ctx context.Context, want api.NewCollection) (api.Collection, error) {
	var out api.Collection
	err := c.call(ctx, http.MethodPost, c.address("collections"), want, &out)
	return out, errs.Wrap("client.CreateCollection", err)
}

// ChangeCollection alters what is given. Errors: NotFound, Forbidden.
func (c *Client) ChangeCollection(ctx context.Context, name ref.Path, change api.CollectionChange) (api.Collection, error) {
	var out api.Collection
	err := c.call(ctx, http.MethodPatch, c.address("collections", name.String()), change, &out)
	return out, errs.Wrap("client.ChangeCollection", err)
}

// DeleteCollection deletes a collection with all that is in it. Errors: NotFound,
// Forbidden, Frozen.
func (c *Client) DeleteCollection(ctx context.Context, name ref.Path) error {
	return errs.Wrap("client.DeleteCollection", c.call(ctx, http.MethodDelete, c.address("collections", name.String()), nil, nil))
}

// Roles lists who was given which role in a collection.
func (c *Client) Roles(ctx context.Context, name ref.Path) iter.Seq2[api.Grant, error] {
	return list[api.Grant](ctx, c, nil, "collections", name.String(), "roles")
}

// SetRole gives a user or team a role, or takes it away where the role is "". Errors:
// NotFound, Forbidden, Conflict for the last owner.
func (c *Client) SetRole(ctx context.Context, name ref.Path, grant api.Grant) error {
	return errs.Wrap("client.SetRole", c.call(ctx, http.MethodPut, c.address("collections", name.String(), "roles"), grant, nil))
}

// Containers lists what is in a collection. Errors: NotFound.
func (c *Client) Containers(ctx context.Context, name ref.Path) iter.Seq2[api.Container, error] {
	return list[api.Container](ctx, c, nil, "collections", name.String(), "containers")
}
