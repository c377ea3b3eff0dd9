package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/templates"
)

// offerRevoke is GET /account/revoke, where a person arrives after changing their password.
func (s *Site) offerRevoke(c echo.Context) error {
	const op = "web.offerRevoke"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	left, err := s.identity.Outstanding(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return render(c, http.StatusOK, templates.RevokeAll{Page: s.page(c), Tokens: left.Tokens, Links: left.Links}.View())
}

// revokeAll is POST /account/revoke.
func (s *Site) revokeAll(c echo.Context) error {
	const op = "web.revokeAll"
	actor, _, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := s.identity.RevokeAll(c.Request().Context(), actor); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account", "All your tokens and download links are revoked.")
}
