package hub

import (
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// admit finds out who makes a request, and admits it, as httpx.Authenticate does for doors
// whose credentials stand in the header alone: here a signature covers words of the body
// too. The first request of a pull comes without credentials, and counts for its address; if
// that is refused for coming too often, the client signs, as after any refusal, and counts
// for its token.
func (d *door) admit(c echo.Context, over identity.Signed, at time.Time) (model.Actor, error) {
	actor, err := d.caller(c, over, at)
	err = d.Limits.Admit(c, actor, err)
	return httpx.Actor(c), err
}

// admitToList is admit for what nobody signs. The Python client goes on sending the
// signature of an earlier pull, which says nothing about a list, and crashes if the list
// is refused for it.
func (d *door) admitToList(c echo.Context) (model.Actor, error) {
	var actor model.Actor
	var err error
	if _, signed := identity.ParseHMAC(c.Request().Header.Get(echo.HeaderAuthorization)); !signed {
		actor, err = d.caller(c, identity.Signed{}, d.Now())
	}
	err = d.Limits.Admit(c, actor, err)
	return httpx.Actor(c), err
}

// caller reads the Authorization header: a signature over some words at a time, a token
// (RFC 6750), or name and password (RFC 7617), which python-requests sends in place of the
// signature if its user has a .netrc file. Session cookies count for nothing here, so no
// other site can make a browser act for its user.
func (d *door) caller(c echo.Context, over identity.Signed, at time.Time) (model.Actor, error) {
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if h, ok := identity.ParseHMAC(header); ok {
		return d.Identity.VerifyHMAC(r.Context(), httpx.Source(c), h, over, at)
	}
	return d.Identity.Header(r.Context(), httpx.Source(c), header)
}
