package client

import (
	"context"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// Keys lists the OpenPGP public keys that one added oneself or, for admins, all.
func (c *Client) Keys(ctx context.Context) iter.Seq2[api.Key, error] {
	return list[api.Key](ctx, c, nil, "keys")
}

// AddKeys sends the public keys in an armored text. Errors: Invalid, Unsupported,
// TooLarge, Unauthenticated, Forbidden.
func (c *Client) AddKeys(ctx context.Context, armored string) ([]api.Key, error) {
	var out api.List[api.Key]
	err := c.call(ctx, http.MethodPost, c.address("keys"), api.NewKeys{Armored: armored}, &out)
	return out.Items, errs.Wrap("client.AddKeys", err)
}

// RemoveKey removes a key. Errors: NotFound, Forbidden, Invalid.
func (c *Client) RemoveKey(ctx context.Context, fingerprint string) error {
	return errs.Wrap("client.RemoveKey", c.call(ctx, http.MethodDelete, c.address("keys", fingerprint), nil, nil))
}
