package client

import (
	"context"
	"iter"
	"net/http"
	"regexp"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// Server asks who is there. Errors: Unavailable if nobody is, Unsupported if it is not a
// Sregistry server.
func (c *Client) Server(ctx context.Context) (api.Server, error) {
	const op = "client.Server"
	var out api.Server
	err := c.call(ctx, http.MethodGet, c.address(), nil, &out)
	if errs.Is(err, errs.NotFound) || err == nil && out.Version == "" {
		return api.Server{}, errs.E(op, errs.Unsupported, "%s answers, but it is not a Sregistry server. Is the address right?", c.base)
	}
	return out, errs.Wrap(op, err)
}

// Whoami tells whom the server takes the caller for. Errors: Unauthenticated.
func (c *Client) Whoami(ctx context.Context) (api.Whoami, error) {
	var out api.Whoami
	err := c.call(ctx, http.MethodGet, c.address("whoami"), nil, &out)
	return out, errs.Wrap("client.Whoami", err)
}

// Tokens lists one's own tokens or, for admins, those of a user.
func (c *Client) Tokens(ctx context.Context, user string) iter.Seq2[api.Token, error] {
	return list[api.Token](ctx, c, query("user", user), "tokens")
}

// CreateToken makes a token; the answer is the only one to have its secret. Errors:
// Conflict for a name that is taken, Invalid, Unauthenticated, Forbidden.
func (c *Client) CreateToken(ctx context.Context, want api.NewToken) (api.Token, error) {
	var out api.Token
	err := c.call(ctx, http.MethodPost, c.address("tokens"), want, &out)
	return out, errs.Wrap("client.CreateToken", err)
}

// The form of a token: a prefix, its id and its secret.
var tokenForm = regexp.MustCompile(`^sregistry_([a-z2-7]{16})_[a-z2-7]{100,}$`)

// TokenID finds the id in the text of a token; ok is false for anything else.
func TokenID(token string) (id string, ok bool) {
	m := tokenForm.FindStringSubmatch(token)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// RevokeToken ends a token, by its id or name, never by its secret, which would stand in an address: one's own or, for admins, a user's. Errors:
// NotFound, Forbidden.
func (c *Client) RevokeToken(ctx context.Context, user, idOrName string) error {
	address := c.address("tokens", idOrName)
	if user != "" {
		address += "?" + query("user", user).Encode()
	}
	return errs.Wrap("client.RevokeToken", c.call(ctx, http.MethodDelete, address, nil, nil))
}
