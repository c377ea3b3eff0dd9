package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// invite is POST /api/v1/teams/{team}/invitations.
func (d *door) invite(c echo.Context) error {
	const op = "v1.invite"
	team, err := param(c, "team")
	if err != nil {
		return errs.Wrap(op, err)
	}
	lasts, err := readExpiry(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	made, secret, err := d.registry.Invite(c.Request().Context(), httpx.Actor(c), team, lasts)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusCreated, api.Invitation{Team: made.Team, Expires: made.Expires, Link: d.address + "/invitations/" + secret})
}

// accept is POST /api/v1/invitations/accept. It answers with the team.
func (d *door) accept(c echo.Context) error {
	const op = "v1.accept"
	var in api.Accept
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	taken, err := d.registry.Accept(c.Request().Context(), httpx.Actor(c), in.Invitation)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, d.answerTeam(c, taken.Team, model.Page{}))
}

// setMember is PUT /api/v1/teams/{team}/members/{user}.
func (d *door) setMember(c echo.Context) error {
	const op = "v1.setMember"
	team, user, err := memberParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in membership
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.Owner == nil {
		return errs.Wrap(op, missing("owner"))
	}
	if err := d.registry.SetMember(c.Request().Context(), httpx.Actor(c), team, user, *in.Owner); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// removeMember is DELETE /api/v1/teams/{team}/members/{user}.
func (d *door) removeMember(c echo.Context) error {
	const op = "v1.removeMember"
	team, user, err := memberParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.RemoveMember(c.Request().Context(), httpx.Actor(c), team, user); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// memberParam reads the names of a team and a user.
func memberParam(c echo.Context) (team, user string, err error) {
	if team, err = param(c, "team"); err != nil {
		return "", "", err
	}
	user, err = param(c, "user")
	return team, user, err
}
