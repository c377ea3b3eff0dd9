package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/templates"
)

// Errors is the httpx.ErrorRenderer of pages, and of every address without a route: a
// page with the status that httpx gives the error's kind. Who is not signed in, and would
// have to be, is asked to; so what is hidden and what does not exist look alike.
func (s *Site) Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	s.recognise(c)
	if kind == errs.Unauthenticated && httpx.Actor(c).IsAnonymous() {
		return s.goTo(c, signInPath(c.Request()), "")
	}
	status := httpx.Status(kind)
	failure := templates.Failure{Page: s.page(c), Status: status, Message: httpx.Message(c, err)}
	if status >= http.StatusInternalServerError {
		failure.RequestID = httpx.RequestID(c)
	}
	return render(c, status, failure.View())
}

// recognise notes the visitor of a request that failed before it was asked who he is, so
// that the page does not look as if he had been signed out.
func (s *Site) recognise(c echo.Context) {
	if !httpx.Actor(c).IsAnonymous() {
		return
	}
	if actor, err := s.Visitor(c); err == nil {
		httpx.SetActor(c, actor)
	}
}
