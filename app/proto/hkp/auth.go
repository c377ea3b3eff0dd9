package hkp

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// Authenticate finds out who asks, by a token (RFC 6750), or by name and password or token
// (RFC 7617), which "apptainer keyserver login" keeps. "Bearer" without a token is an
// anonymous caller: clients that are logged out send it.
func Authenticate(id *identity.Service, limits *httpx.Limits) echo.MiddlewareFunc {
	return httpx.Authenticate(func(c echo.Context) (model.Actor, error) {
		r := c.Request()
		return id.Header(r.Context(), httpx.Source(c), r.Header.Get(echo.HeaderAuthorization))
	}, limits)
}
