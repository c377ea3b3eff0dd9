package web

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/templates"
)

// sessions is GET /account/sessions: where the visitor is signed in.
func (s *Site) sessions(c echo.Context) error {
	const op = "web.sessions"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Sessions{Now: s.settings.Now()}
	if view.Current, err = s.identity.CurrentSession(c.Request()); err != nil {
		return errs.Wrap(op, err)
	}
	if view.Sessions, err = s.identity.Sessions(c.Request().Context(), actor); err != nil {
		return errs.Wrap(op, err)
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// endSession is POST /account/sessions/{id}/end. A second click finds it ended, which is
// what was wanted.
func (s *Site) endSession(c echo.Context) error {
	const op = "web.endSession"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.identity.EndSession(c.Request().Context(), actor, c.Param("id"))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/account/sessions", "Session ended.")
}

// endOtherSessions is POST /account/sessions/end-others.
func (s *Site) endOtherSessions(c echo.Context) error {
	const op = "web.endOtherSessions"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	n, err := s.identity.EndOtherSessions(c.Request(), actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if n == 1 {
		return s.goTo(c, "/account/sessions", "Other session ended.")
	}
	return s.goTo(c, "/account/sessions", fmt.Sprintf("%d other sessions ended.", n))
}
