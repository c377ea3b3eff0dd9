package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/templates"
)

// setup is GET /setup/{secret}: where the link leads that the first start prints.
func (s *Site) setup(c echo.Context) error {
	err := s.identity.CheckSetup(c.Request().Context(), c.Param("secret"))
	if err != nil {
		return s.setupFailed(c, "", err)
	}
	return render(c, http.StatusOK, templates.Setup{Page: s.page(c), Secret: c.Param("secret")}.View())
}

// completeSetup is POST /setup/{secret}: it makes the first account and signs it in.
func (s *Site) completeSetup(c echo.Context) error {
	const op = "web.completeSetup"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, secret, name := c.Request().Context(), c.Param("secret"), strings.TrimSpace(form.Get("name"))
	if err := s.identity.CheckSetup(ctx, secret); err != nil {
		return s.setupFailed(c, name, err)
	}
	if form.Get("password") != form.Get("again") {
		return s.askSetupAgain(c, name, templates.Problems{"again": "The passwords do not match."})
	}
	actor, err := s.identity.CompleteSetup(ctx, secret, name, form.Get("password"))
	if err != nil {
		return s.setupFailed(c, name, err)
	}
	httpx.SetActor(c, actor)
	if err := s.identity.SignIn(c.Response(), c.Request(), httpx.Source(c), httpx.Actor(c)); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/", "Welcome, "+actor.Name+". This is the administrator account, and you are signed in.")
}

// setupFailed shows what was wrong: the link, a field, or something else.
func (s *Site) setupFailed(c echo.Context, name string, err error) error {
	switch errs.KindOf(err) {
	case errs.NotFound:
		return render(c, http.StatusNotFound, templates.Setup{Page: s.page(c), Gone: true}.View())
	case errs.Invalid, errs.Conflict:
		field := "password"
		if _, wrong := ref.ParseName(name); wrong != nil || errs.Is(err, errs.Conflict) {
			field = "name"
		}
		return s.askSetupAgain(c, name, templates.Problems{field: errs.Message(err)})
	}
	return errs.Wrap("web.setupFailed", err)
}

// askSetupAgain sends the form back with what is wrong, and without the passwords.
func (s *Site) askSetupAgain(c echo.Context, name string, problems templates.Problems) error {
	page := templates.Setup{Page: s.page(c), Secret: c.Param("secret"), Name: name, Problems: problems}
	return render(c, http.StatusUnprocessableEntity, page.View())
}
