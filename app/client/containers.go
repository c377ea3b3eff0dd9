package client

import (
	"context"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// DeleteContainer deletes a container with all its images. Errors: NotFound, Forbidden,
// Frozen.
func (c *Client) DeleteContainer(ctx context.Context, name ref.Path) error {
	return errs.Wrap("client.DeleteContainer", c.call(ctx, http.MethodDelete, c.address("containers", name.String()), nil, nil))
}

// FreezeContainer freezes a container with all its tags, or thaws it. Errors: NotFound,
// Forbidden.
func (c *Client) FreezeContainer(ctx context.Context, name ref.Path, frozen bool) error {
	address := c.address("containers", name.String(), "frozen")
	return errs.Wrap("client.FreezeContainer", c.call(ctx, http.MethodPut, address, api.Freeze{Frozen: frozen}, nil))
}

// Readme gives what a container's owners tell about it. Errors: NotFound.
func (c *Client) Readme(ctx context.Context, name ref.Path) (api.Readme, error) {
	var out api.Readme
	err := c.call(ctx, http.MethodGet, c.address("containers", name.String(), "readme"), nil, &out)
	return out, errs.Wrap("client.Readme", err)
}

// SetReadme changes what is told about a container; version is the one that was changed.
// Errors: NotFound, Forbidden, Conflict if another has changed it meanwhile, TooLarge.
func (c *Client) SetReadme(ctx context.Context, name ref.Path, text string, version int64) error {
	address := c.address("containers", name.String(), "readme")
	return errs.Wrap("client.SetReadme", c.call(ctx, http.MethodPut, address, api.SetReadme{Text: text, Version: version}, nil))
}

// Tags lists the tags of a container with their images. Errors: NotFound.
func (c *Client) Tags(ctx context.Context, name ref.Path) iter.Seq2[api.Tag, error] {
	return list[api.Tag](ctx, c, nil, "containers", name.String(), "tags")
}

// SetTag gives an image another tag. Errors: NotFound, Forbidden, Frozen.
func (c *Client) SetTag(ctx context.Context, name ref.Path, tag string, image ref.Reference) error {
	address := c.address("containers", name.String(), "tags", tag)
	return errs.Wrap("client.SetTag", c.call(ctx, http.MethodPut, address, api.SetTag{Reference: reference(image)}, nil))
}

// DeleteTag takes a tag away; its image stays for a while by its digest. Errors: NotFound,
// Forbidden, Frozen.
func (c *Client) DeleteTag(ctx context.Context, name ref.Path, tag string) error {
	return errs.Wrap("client.DeleteTag", c.call(ctx, http.MethodDelete, c.address("containers", name.String(), "tags", tag), nil, nil))
}

// FreezeTag freezes a tag or thaws it. Errors: NotFound, Forbidden.
func (c *Client) FreezeTag(ctx context.Context, name ref.Path, tag string, frozen bool) error {
	address := c.address("containers", name.String(), "tags", tag, "frozen")
	return errs.Wrap("client.FreezeTag", c.call(ctx, http.MethodPut, address, api.Freeze{Frozen: frozen}, nil))
}
