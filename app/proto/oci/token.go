package oci

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// The token service is Docker's ("Token Authentication Specification", of the registry's
// documentation): a client that gets 401 with a Bearer challenge asks the address in it
// for a token, with its real credentials or none, and goes on with that. All clients know
// it, while docker gives up where Basic is asked for and it has no login, even before what
// is public. What a token may do is decided at every request anew, not by the scope that
// was asked for with it: so it needs no list of repositories, and the service tells nothing
// of what there is.

// challengeKey is where the maker of a request's challenge waits for Errors.
const challengeKey = "oci.challenge"

// challenge is what asks a client for its credentials.
func (d *door) challenge(r *http.Request, n noun, name string) string {
	at := d.Address.Of(r)
	text := `Bearer realm="` + at.String() + prefix + `_token",service="` + at.Host + `"`
	switch {
	case n == catalog:
		text += `,scope="registry:catalog:*"`
	case n.named() && n != nothing && !strings.ContainsAny(name, `"\\`):
		text += `,scope="repository:` + name + ":" + actions(r.Method) + `"`
	}
	return text
}

// actions are the words of a scope for a method.
func actions(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead:
		return "pull"
	case http.MethodDelete:
		return "delete"
	}
	return "pull,push"
}

// token answers GET /v2/_token?service=&scope=&account=, with Basic credentials or none.
func (d *door) token(c echo.Context, _ target) error {
	if err := d.signIn(c); err != nil {
		return err
	}
	return d.issue(c, httpx.Actor(c))
}

// maxForm bounds the form of tokenByForm, in bytes.
const maxForm = 16 << 10

// tokenByForm answers POST /v2/_token (OAuth 2.0, RFC 6749, sections 4.3 and 6): docker
// and containerd send a name and a password, or in place of a refresh token one that they
// keep for its owner, which is any token of ours.
func (d *door) tokenByForm(c echo.Context, _ target) error {
	const op = "oci.tokenByForm"
	r := c.Request()
	form, err := httpx.ReadForm(c, maxForm)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var actor model.Actor
	switch grant := form.Get("grant_type"); grant {
	case "password":
		actor, err = d.Identity.Basic(r.Context(), httpx.Source(c), form.Get("username"), form.Get("password"))
	case "refresh_token":
		actor, err = d.Identity.Bearer(r.Context(), form.Get("refresh_token"))
	default:
		return errs.E(op, errs.Invalid, "The grant_type %.20q is not known; send password or refresh_token.", grant)
	}
	if err := d.Limits.Admit(c, actor, err); err != nil {
		return err
	}
	return d.issue(c, httpx.Actor(c))
}

// issue gives an actor a pass.
func (d *door) issue(c echo.Context, actor model.Actor) error {
	pass, err := d.Identity.SignPass(c.Request().Context(), actor)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, http.StatusOK, tokenAnswer{Token: pass, AccessToken: pass, TokenType: "Bearer",
		ExpiresIn: int(identity.PassLife / time.Second), IssuedAt: time.Now().UTC().Format(time.RFC3339)})
}
