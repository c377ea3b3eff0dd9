package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/templates"
)

// passwordLink is GET /password/{secret}: where a link leads that an administrator made.
func (s *Site) passwordLink(c echo.Context) error {
	return s.showPasswordLink(c, http.StatusOK, nil)
}

func (s *Site) showPasswordLink(c echo.Context, status int, problems templates.Problems) error {
	u, err := s.identity.CheckPasswordLink(c.Request().Context(), c.Param("secret"))
	if errs.Is(err, errs.NotFound) {
		return render(c, http.StatusNotFound, templates.PasswordLink{Page: s.page(c), Gone: true}.View())
	}
	if err != nil {
		return errs.Wrap("web.showPasswordLink", err)
	}
	view := templates.PasswordLink{Page: s.page(c), Secret: c.Param("secret"), User: u, Problems: problems}
	return render(c, status, view.View())
}

// usePasswordLink is POST /password/{secret}: it sets the password, and signs in.
func (s *Site) usePasswordLink(c echo.Context) error {
	const op = "web.usePasswordLink"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if form.Get("password") != form.Get("again") {
		return s.showPasswordLink(c, http.StatusUnprocessableEntity, templates.Problems{"again": differ})
	}
	var actor model.Actor
	actor, err = s.identity.UsePasswordLink(c.Request().Context(), c.Param("secret"), form.Get("password"))
	switch errs.KindOf(err) {
	case errs.NotFound:
		return s.showPasswordLink(c, http.StatusNotFound, nil)
	case errs.Invalid:
		return s.showPasswordLink(c, http.StatusUnprocessableEntity, templates.Problems{"password": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.identity.SignIn(c.Response(), c.Request(), httpx.Source(c), actor); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/", "Password set. You are signed in.")
}
