package web

import (
	"cmp"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/templates"
)

// signIn is GET /sign-in. Who is signed in already goes on to where he wanted.
func (s *Site) signIn(c echo.Context) error {
	next := localPath(c.QueryParam("next"))
	if !httpx.Actor(c).IsAnonymous() {
		return s.goTo(c, cmp.Or(next, "/"), "")
	}
	return render(c, http.StatusOK, templates.SignIn{Page: s.page(c), Next: next}.View())
}

// completeSignIn is POST /sign-in.
func (s *Site) completeSignIn(c echo.Context) error {
	const op = "web.completeSignIn"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name, next := strings.TrimSpace(form.Get("name")), localPath(form.Get("next"))
	actor, err := s.identity.Password(c.Request().Context(), httpx.Source(c), name, form.Get("password"))
	switch errs.KindOf(err) {
	case errs.Unauthenticated:
		httpx.Refuse(c, err)
		page := templates.SignIn{Page: s.page(c), Name: name, Next: next, Problem: errs.Message(err)}
		return render(c, http.StatusUnprocessableEntity, page.View())
	case errs.RateLimited:
		wait := errs.RetryAfter(err)
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		page := templates.SignIn{Page: s.page(c), Name: name, Next: next, Wait: wait}
		return render(c, http.StatusTooManyRequests, page.View())
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	httpx.SetActor(c, actor)
	if err := s.identity.SignIn(c.Response(), c.Request(), httpx.Source(c), httpx.Actor(c)); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, cmp.Or(next, "/"), "")
}
