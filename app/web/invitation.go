package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/templates"
)

// invitation is GET /invitations/{secret}: where a team's one-time link leads.
func (s *Site) invitation(c echo.Context) error {
	i, err := s.registry.Invitation(c.Request().Context(), c.Param("secret"))
	if errs.Is(err, errs.NotFound) {
		return s.invitationGone(c)
	}
	if err != nil {
		return errs.Wrap("web.invitation", err)
	}
	return render(c, http.StatusOK, templates.Invitation{Page: s.page(c), Secret: c.Param("secret"), Invitation: i}.View())
}

// acceptInvitation is POST /invitations/{secret}.
func (s *Site) acceptInvitation(c echo.Context) error {
	i, err := s.registry.Accept(c.Request().Context(), httpx.Actor(c), c.Param("secret"))
	if errs.Is(err, errs.NotFound) {
		return s.invitationGone(c)
	}
	if err != nil {
		return errs.Wrap("web.acceptInvitation", err)
	}
	return s.goTo(c, templates.TeamPath(i.Team), "You joined the team "+i.Team+".")
}

func (s *Site) invitationGone(c echo.Context) error {
	return render(c, http.StatusNotFound, templates.Invitation{Page: s.page(c), Gone: true}.View())
}
