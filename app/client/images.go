package client

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// Image gives one image with the report of what is inside it. A zero reference is
// "latest"; arch chooses among the images of a tag and may be empty. Errors: NotFound, also
// if it may not be seen.
func (c *Client) Image(ctx context.Context, name ref.Path, r ref.Reference, arch string) (api.Image, error) {
	address := c.address("containers", name.String(), "images", reference(r))
	if arch != "" {
		address += "?" + query("arch", ref.Arch(arch)).Encode()
	}
	var out api.Image
	err := c.call(ctx, http.MethodGet, address, nil, &out)
	return out, errs.Wrap("client.Image", err)
}

// DeleteImage deletes an image and all its tags. Errors: NotFound, Forbidden, Frozen.
func (c *Client) DeleteImage(ctx context.Context, name ref.Path, d digest.Digest) error {
	address := c.address("containers", name.String(), "images", d.String())
	return errs.Wrap("client.DeleteImage", c.call(ctx, http.MethodDelete, address, nil, nil))
}

// Search says which images to look for. Collection, Container (its own name, without the
// collection) and Tag must be met exactly; Text is any part of a name or tag. What is empty
// does not matter.
type Search struct {
	Text, Collection, Container, Tag string
}

// Images lists the images that a search finds, among those the caller may see.
func (c *Client) Images(ctx context.Context, s Search) iter.Seq2[api.Image, error] {
	return list[api.Image](ctx, c, query("q", s.Text, "collection", s.Collection, "container", s.Container, "tag", s.Tag), "images")
}

// Labels lists the labels of images, with the images that bear them; key and value narrow
// the list and may be empty.
func (c *Client) Labels(ctx context.Context, key, value string) iter.Seq2[api.Label, error] {
	return list[api.Label](ctx, c, query("key", key, "value", value), "labels")
}

// ShareImage makes an expiring link to one image, for everybody who has it. Errors:
// NotFound, Forbidden, Invalid for a time that is too long.
func (c *Client) ShareImage(ctx context.Context, name ref.Path, r ref.Reference, seconds int64) (api.Share, error) {
	var out api.Share
	address := c.address("containers", name.String(), "images", reference(r), "shares")
	err := c.call(ctx, http.MethodPost, address, api.Expiry{ExpiresIn: seconds}, &out)
	return out, errs.Wrap("client.ShareImage", err)
}

// Shares lists the links to images of a container that have not expired.
func (c *Client) Shares(ctx context.Context, name ref.Path) iter.Seq2[api.Share, error] {
	return list[api.Share](ctx, c, nil, "containers", name.String(), "shares")
}

// RevokeShare ends a link. Errors: NotFound.
func (c *Client) RevokeShare(ctx context.Context, id int64) error {
	return errs.Wrap("client.RevokeShare", c.call(ctx, http.MethodDelete, c.address("shares", strconv.FormatInt(id, 10)), nil, nil))
}

// reference writes a tag or digest as the interface wants it.
func reference(r ref.Reference) string {
	switch {
	case r.Digest != "":
		return r.Digest.String()
	case r.Tag != "":
		return r.Tag
	}
	return ref.Latest
}
