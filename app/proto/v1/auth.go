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

// caller reads the Authorization header.
func caller(c echo.Context, id *identity.Service) (model.Actor, error) {
	r := c.Request()
	header := r.Header.Get(echo.HeaderAuthorization)
	if header == "" {
		return model.Anonymous, nil
	}
	if name, password, ok := r.BasicAuth(); ok {
		return id.Basic(r.Context(), httpx.Source(c), name, password)
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	// An empty token is a script whose variable is not set, not somebody who means to be
	// nobody.
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return model.Actor{}, errs.E("v1.caller", errs.Unauthenticated, "The Authorization header is not understood; send \"Bearer\" and a token.")
	}
	return id.Bearer(r.Context(), token)
}
