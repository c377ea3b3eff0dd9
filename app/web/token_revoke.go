package web

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
)

// revokeToken is POST /account/tokens/{id}/revoke. A second click finds the token gone,
// which is what was wanted.
func (s *Site) revokeToken(c echo.Context) error {
	const op = "web.revokeToken"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.identity.RevokeToken(c.Request().Context(), actor, "", c.Param("id"))
	if errs.Is(err, errs.NotFound) {
		return s.goTo(c, "/account/tokens", "Token not found. It may already be revoked.")
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account/tokens", "Token revoked. Programs that used it no longer have access.")
}
