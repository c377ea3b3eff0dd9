package oci

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// signIn finds out who makes a request, and admits it. Errors: Unauthenticated, RateLimited.
func (d *door) signIn(c echo.Context) error {
	actor, err := d.actor(c)
	return d.Limits.Admit(c, actor, err)
}

// actor reads the credentials of a request: those that clients changed for a pass at
// /v2/_token, or the real ones, which are taken everywhere.
func (d *door) actor(c echo.Context) (model.Actor, error) {
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if scheme, text, ok := strings.Cut(header, " "); ok && strings.EqualFold(scheme, "Bearer") && identity.IsPass(strings.TrimSpace(text)) {
		return d.Identity.Pass(r.Context(), strings.TrimSpace(text))
	}
	if name, password, ok := r.BasicAuth(); ok && name == "" && password == "" { // podman and skopeo without credentials
		return model.Anonymous, nil
	}
	return d.Identity.Header(r.Context(), httpx.Source(c), header)
}

// check answers GET /v2/ (end-1).
func (d *door) check(c echo.Context, _ target) error {
	if err := ask(c); err != nil {
		return err
	}
	return httpx.JSON(c, http.StatusOK, struct{}{})
}

// ask refuses a caller who shows no credentials at all, where clients learn how to sign in:
// most never try without what they learned there, and would see no more than the public.
// Nobody in particular goes on with a pass for nobody.
func ask(c echo.Context) error {
	if actor := httpx.Actor(c); actor.IsAnonymous() && actor.Via == model.NoCredential {
		return errs.E("oci.ask", errs.Unauthenticated, "Sign in with your name and your password or a token.")
	}
	return nil
}
