package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// invite is POST /teams/{team}/invitations. The answer itself shows the link, this once,
// and so has no address that could be kept.
func (s *Site) invite(c echo.Context) error {
	const op = "web.invite"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	life, err := fields{form}.hours("life")
	if err != nil {
		return errs.Wrap(op, err)
	}
	i, secret, err := s.registry.Invite(c.Request().Context(), actor, c.Param("team"), life)
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.TeamInvited{Page: s.page(c), Invitation: i, Link: s.base() + "/invitations/" + secret}
	return render(c, http.StatusOK, page.View())
}

// uninvite is POST /teams/{team}/invitations/{id}/revoke.
func (s *Site) uninvite(c echo.Context, actor model.Actor, team string, _ fields) (string, string, error) {
	const op = "web.uninvite"
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return "", "", errs.E(op, errs.NotFound, "Invitation not found.")
	}
	err = s.registry.Uninvite(c.Request().Context(), actor, team, id)
	return "", "Invitation revoked.", err
}

// hours reads how long a link is to be good. Errors: Invalid.
func (f fields) hours(name string) (time.Duration, error) {
	n, err := strconv.Atoi(f.text(name))
	if err != nil || n < 1 || n > 366*24 {
		return 0, errs.E("web.hours", errs.Invalid, "Choose one of the listed durations.")
	}
	return time.Duration(n) * time.Hour, nil
}
