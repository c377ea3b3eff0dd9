package v1

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// teams is GET /api/v1/teams?mine=.
func (d *door) teams(c echo.Context) error {
	const op = "v1.teams"
	mine, err := flagQuery(c, "mine")
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireTeam, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Team, string, error) {
		return d.registry.Teams(ctx, actor, mine, page)
	}))
}

// createTeam is POST /api/v1/teams.
func (d *door) createTeam(c echo.Context) error {
	const op = "v1.createTeam"
	var in api.NewTeam
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	made, err := d.registry.CreateTeam(c.Request().Context(), httpx.Actor(c), in.Name, model.JoinPolicy(in.Join))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusCreated, wireTeam(made))
}

// team is GET /api/v1/teams/{team}. The page is of its members.
func (d *door) team(c echo.Context) error {
	const op = "v1.team"
	name, err := param(c, "team")
	if err != nil {
		return errs.Wrap(op, err)
	}
	page, err := httpx.ReadPage(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, d.answerTeam(c, name, page))
}

// answerTeam answers with a team as the actor may see it.
func (d *door) answerTeam(c echo.Context, name string, page model.Page) error {
	found, members, next, err := d.registry.Team(c.Request().Context(), httpx.Actor(c), name, page)
	if err != nil {
		return err
	}
	out := wireTeam(found)
	out.Members, out.Next = each(members, wireMember), next
	return httpx.JSON(c, http.StatusOK, out)
}

// deleteTeam is DELETE /api/v1/teams/{team}.
func (d *door) deleteTeam(c echo.Context) error {
	const op = "v1.deleteTeam"
	name, err := param(c, "team")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.DeleteTeam(c.Request().Context(), httpx.Actor(c), name); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// join is POST /api/v1/teams/{team}/join.
func (d *door) join(c echo.Context) error {
	const op = "v1.join"
	name, err := param(c, "team")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Join(c.Request().Context(), httpx.Actor(c), name); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// leave is POST /api/v1/teams/{team}/leave.
func (d *door) leave(c echo.Context) error {
	const op = "v1.leave"
	name, err := param(c, "team")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Leave(c.Request().Context(), httpx.Actor(c), name); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
