package hkp

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// Authenticate finds out who asks, by a token (RFC 6750), or by name and password or token
// (RFC 7617), which "apptainer keyserver login" keeps. "Bearer" without a token is an
// anonymous caller: so clients say that they are logged out.
func Authenticate(id *identity.Service, limits *httpx.Limits) echo.MiddlewareFunc {
	return httpx.Authenticate(func(c echo.Context) (model.Actor, error) {
		r := c.Request()
		header := r.Header.Get(echo.HeaderAuthorization)
		if header == "" {
			return model.Anonymous, nil
		}
		if name, password, ok := r.BasicAuth(); ok {
			return id.Basic(r.Context(), httpx.Source(c), name, password)
		}
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return model.Actor{}, errs.E("hkp.Authenticate", errs.Unauthenticated,
				"The Authorization header is not understood; send \"Bearer\" and a token.")
		}
		if token = strings.TrimSpace(token); token == "" {
			return model.Anonymous, nil
		}
		return id.Bearer(r.Context(), token)
	}, limits)
}
