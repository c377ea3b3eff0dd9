package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// teams is GET /teams.
func (s *Site) teams(c echo.Context) error {
	const op = "web.teams"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx := c.Request().Context()
	mine, nextMine, err := s.registry.Teams(ctx, actor, true, model.Page{After: c.QueryParam("mine")})
	if err != nil {
		return errs.Wrap(op, err)
	}
	open, nextOpen, err := s.registry.OpenTeams(ctx, actor, model.Page{After: c.QueryParam("open")})
	if err != nil {
		return errs.Wrap(op, err)
	}
	page := templates.Teams{Mine: mine, Open: open, MoreMine: moreBy("/teams", "mine", nextMine), MoreOpen: moreBy("/teams", "open", nextOpen)}
	page.Page = s.page(c)
	return render(c, http.StatusOK, page.View())
}

// newTeam is GET /teams/new.
func (s *Site) newTeam(c echo.Context) error {
	if _, err := signedIn(c); err != nil {
		return errs.Wrap("web.newTeam", err)
	}
	return render(c, http.StatusOK, templates.TeamNew{Page: s.page(c), Join: model.ByInvitation}.View())
}

// createTeam is POST /teams.
func (s *Site) createTeam(c echo.Context) error {
	const op = "web.createTeam"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name, join := strings.TrimSpace(form.Get("name")), model.JoinPolicy(form.Get("join"))
	team, err := s.registry.CreateTeam(c.Request().Context(), actor, name, join)
	if isAbout(err) {
		page := templates.TeamNew{Page: s.page(c), Name: name, Join: join, Problems: templates.Problems{"name": errs.Message(err)}}
		return render(c, http.StatusUnprocessableEntity, page.View())
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, templates.TeamPath(team.Name), "Team "+team.Name+" created. You are its owner.")
}
