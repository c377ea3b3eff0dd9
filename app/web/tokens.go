package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// tokens is GET /account/tokens: the visitor's tokens, and the form for another.
func (s *Site) tokens(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.tokens", err)
	}
	return s.showTokens(c, http.StatusOK, actor, templates.DefaultTokenForm(), nil)
}

// showTokens shows the list and a form. An account has no more tokens than a page holds.
func (s *Site) showTokens(c echo.Context, status int, actor model.Actor, form templates.TokenForm, problems templates.Problems) error {
	list, _, err := s.identity.Tokens(c.Request().Context(), actor, "", model.Page{Limit: model.MaxLimit})
	if err != nil {
		return errs.Wrap("web.showTokens", err)
	}
	page := templates.Tokens{Page: s.page(c), Tokens: list, Now: s.settings.Now(), Form: form, Problems: problems}
	return render(c, status, page.View())
}

// tokensElsewhere is GET /auth/tokens, the address that Apptainer tells people to get
// their token at.
func (s *Site) tokensElsewhere(c echo.Context) error {
	return c.Redirect(http.StatusFound, "/account/tokens")
}
