package v1

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// Authenticate finds out who asks, by a token (RFC 6750) or by HTTP Basic authentication
// (RFC 7617) with a password or a token. No Authorization header is an anonymous caller;
// one that is not good is refused even where anybody may ask, so that nobody mistakes
// what strangers see for what he would see. Session cookies count for nothing here, so no
// other site can make a browser act for its user.
func Authenticate(id *identity.Service, limits *httpx.Limits) echo.MiddlewareFunc {
	return httpx.Authenticate(func(c echo.Context) (model.Actor, error) { return caller(c, id) }, limits)
}

// caller reads the Authorization header. An empty token is a script whose variable is not
// set, not somebody who means to be nobody.
func caller(c echo.Context, id *identity.Service) (model.Actor, error) {
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if strings.EqualFold(strings.TrimSpace(header), "Bearer") {
		return model.Actor{}, errs.E("v1.caller", errs.Unauthenticated, "The Authorization header holds no token; send \"Bearer\" and a token.")
	}
	return id.Header(r.Context(), httpx.Source(c), header)
}
