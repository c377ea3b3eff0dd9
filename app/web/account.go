package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/templates"
)

// account is GET /account: the visitor's own.
func (s *Site) account(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.account", err)
	}
	return s.showAccount(c, http.StatusOK, actor, "", nil)
}

// showAccount shows the account; typed is the full name that comes back with problems.
func (s *Site) showAccount(c echo.Context, status int, actor model.Actor, typed string, problems templates.Problems) error {
	const op = "web.showAccount"
	found, err := s.registry.Account(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if problems["full-name"] == "" {
		typed = found.User.FullName
	}
	return render(c, status, templates.Account{Page: s.page(c), User: found.User, FullName: typed, Usage: found.Usage, Problems: problems}.View())
}

// changeProfile is POST /account/profile.
func (s *Site) changeProfile(c echo.Context) error {
	const op = "web.changeProfile"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.identity.SetFullName(c.Request().Context(), actor, form.Get("full-name"))
	if errs.Is(err, errs.Invalid) {
		return s.showAccount(c, http.StatusUnprocessableEntity, actor, form.Get("full-name"), templates.Problems{"full-name": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account", "Profile saved.")
}

// changePassword is POST /account/password. All sessions end with it; the visitor gets a
// new one.
func (s *Site) changePassword(c echo.Context) error {
	const op = "web.changePassword"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if form.Get("password") != form.Get("again") {
		return s.showAccount(c, http.StatusUnprocessableEntity, actor, "", templates.Problems{"again": differ})
	}
	err = s.identity.ChangePassword(c.Request().Context(), actor, httpx.Source(c), form.Get("current"), form.Get("password"))
	if errs.Is(err, errs.RateLimited) {
		return s.showAccount(c, http.StatusTooManyRequests, actor, "", templates.Problems{"current": errs.Message(err)})
	}
	if errs.Is(err, errs.Invalid) {
		field := "password"
		if identity.IsCurrentPassword(err) {
			field = "current"
		}
		return s.showAccount(c, http.StatusUnprocessableEntity, actor, "", templates.Problems{field: errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.identity.SignIn(c.Response(), c.Request(), httpx.Source(c), actor); err != nil {
		return errs.Wrap(op, err)
	}
	next := "/account"
	if left, err := s.identity.Outstanding(c.Request().Context(), actor); err == nil && left != (identity.Outstanding{}) {
		next = "/account/revoke"
	}
	return s.goTo(c, next, "Password changed. Your other sessions have ended.")
}

// differ is what a form says whose two passwords are not the same.
const differ = "The passwords do not match."
