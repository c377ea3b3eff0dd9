package web

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// signOut is POST /sign-out. It works, too, for who is signed out already.
func (s *Site) signOut(c echo.Context) error {
	if err := s.identity.SignOut(c.Response(), c.Request(), httpx.Actor(c)); err != nil {
		return errs.Wrap("web.signOut", err)
	}
	return s.goTo(c, "/", "You have signed out.")
}
