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
		return s.goTo(c, "/account/tokens", "You have no such token any more.")
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account/tokens", "The token was revoked. What used it can no longer act for you.")
}
