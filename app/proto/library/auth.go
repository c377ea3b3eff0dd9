package library

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// Authenticate finds out who asks, by a token (RFC 6750), or by the name and password that
// docker sends with a search (RFC 7617). No token is an anonymous caller, even if there is a
// header without one, which clients send that are logged out.
func Authenticate(id *identity.Service, limits *httpx.Limits) echo.MiddlewareFunc {
	return httpx.Authenticate(func(c echo.Context) (model.Actor, error) {
		if name, password, ok := c.Request().BasicAuth(); ok && asksAsDocker(c) {
			return id.Basic(c.Request().Context(), httpx.Source(c), name, password)
		}
		text, err := token(c)
		if err != nil {
			return model.Actor{}, err
		}
		return id.Bearer(c.Request().Context(), text)
	}, limits)
}

// token reads the Authorization header; "" if there is none in it.
func token(c echo.Context) (string, error) {
	header := c.Request().Header.Get(echo.HeaderAuthorization)
	if header == "" {
		return "", nil
	}
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errs.E("library.token", errs.Unauthenticated, "The Authorization header is not understood; send \"Bearer\" and a token.")
	}
	return strings.TrimSpace(text), nil
}
