package v1

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// maxTokenCollections bounds the names that are looked up for one new token.
const maxTokenCollections = 100

// tokens is GET /api/v1/tokens?user=.
func (d *door) tokens(c echo.Context) error {
	user := c.QueryParam("user")
	wire := func(t model.Token) api.Token { return wireToken(t, cmp.Or(user, httpx.Actor(c).Name)) }
	return errs.Wrap("v1.tokens", answerPage(c, wire, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Token, string, error) {
		return d.identity.Tokens(ctx, actor, user, page)
	}))
}

// createToken is POST /api/v1/tokens.
func (d *door) createToken(c echo.Context) error {
	const op = "v1.createToken"
	var in api.NewToken
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	want := identity.NewToken{User: in.User, Name: in.Name, Replace: in.Replace}
	var err error
	if want.Scope, err = scope(in.Scope); err != nil {
		return errs.Wrap(op, err)
	}
	lasts, err := life(in.ExpiresIn)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if lasts > 0 {
		want.Expires = time.Now().Add(lasts)
	}
	if want.Collections, err = d.collectionIDs(c, in.Collections); err != nil {
		return errs.Wrap(op, err)
	}
	actor := httpx.Actor(c)
	token, secret, err := d.identity.CreateToken(c.Request().Context(), actor, want)
	if err != nil {
		return errs.Wrap(op, err)
	}
	out := wireToken(token, cmp.Or(in.User, actor.Name))
	out.Secret = secret
	return httpx.JSON(c, http.StatusCreated, out)
}

// scope reads the words of a scope; none at all is to read and write.
func scope(names []string) (model.Scope, error) {
	if len(names) == 0 {
		return model.ScopeRead | model.ScopeWrite, nil
	}
	var all model.Scope
	for _, name := range names {
		s, ok := model.ParseScope(name)
		if !ok {
			return 0, errs.E("v1.scope", errs.Invalid, "There is no scope %q; use read, write, delete and manage.", name)
		}
		all |= s
	}
	return all, nil
}

// collectionIDs finds collections that the actor may see. An absent list stays nil; an
// empty one does not, and is refused by identity: a script whose list came out empty does
// not want a token for everything.
func (d *door) collectionIDs(c echo.Context, names []string) ([]int64, error) {
	const op = "v1.collectionIDs"
	if names == nil {
		return nil, nil
	}
	if len(names) > maxTokenCollections {
		return nil, errs.E(op, errs.Invalid, "A token is for at most %d collections, or for all.", maxTokenCollections)
	}
	ids := make([]int64, 0, len(names))
	for _, name := range names {
		path, err := ref.ParsePath(name)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		found, err := d.registry.Collection(c.Request().Context(), httpx.Actor(c), path)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		ids = append(ids, found.ID)
	}
	return ids, nil
}

// revokeToken is DELETE /api/v1/tokens/{token}?user=.
func (d *door) revokeToken(c echo.Context) error {
	const op = "v1.revokeToken"
	token, err := param(c, "token")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.identity.RevokeToken(c.Request().Context(), httpx.Actor(c), c.QueryParam("user"), token); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
