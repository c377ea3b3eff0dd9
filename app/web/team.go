package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// team is GET /teams/{team}.
func (s *Site) team(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.team", err)
	}
	return s.showTeam(c, http.StatusOK, actor, nil)
}

// showTeam shows a team, with what was wrong with a form.
func (s *Site) showTeam(c echo.Context, status int, actor model.Actor, problems templates.Problems) error {
	const op = "web.showTeam"
	ctx, name := c.Request().Context(), c.Param("team")
	found, err := s.registry.TeamPage(ctx, actor, name, model.Page{After: c.QueryParam("members")}, model.Page{After: c.QueryParam("collections")})
	if err != nil {
		return errs.Wrap(op, err)
	}
	path := templates.TeamPath(found.Team.Name)
	view := templates.Team{Page: s.page(c), Team: found.Team, Members: found.Members, MoreMembers: moreBy(path, "members", found.NextMembers),
		Collections: found.Collections, MoreCollections: moreBy(path, "collections", found.NextCollections),
		Manage: found.CanManage, Invitations: found.Invitations, Usage: found.Usage, Problems: problems}
	if found.CanSetQuota {
		view.Limit = templates.LimitPath(found.Team.Name)
	}
	return render(c, status, view.View())
}

// teamAct runs a form of a team's page and goes back there with a sentence, or to where
// the form says. What a person can mend is told on the page itself.
func (s *Site) teamAct(act func(c echo.Context, actor model.Actor, team string, f fields) (then, says string, err error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		const op = "web.teamAct"
		actor, form, err := signedInForm(c)
		if err != nil {
			return errs.Wrap(op, err)
		}
		team := c.Param("team")
		then, says, err := act(c, actor, team, fields{form})
		if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) {
			return s.showTeam(c, http.StatusUnprocessableEntity, actor, templates.Problems{problemField(err): errs.Message(err)})
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		if then == "" {
			then = templates.TeamPath(team)
		}
		return s.goTo(c, then, says)
	}
}

// joinTeam is POST /teams/{team}/join.
func (s *Site) joinTeam(c echo.Context, actor model.Actor, team string, _ fields) (string, string, error) {
	return "", "You joined the team " + team + ".", s.registry.Join(c.Request().Context(), actor, team)
}

// leaveTeam is POST /teams/{team}/leave.
func (s *Site) leaveTeam(c echo.Context, actor model.Actor, team string, _ fields) (string, string, error) {
	return "/teams", "You left the team " + team + ".", s.registry.Leave(c.Request().Context(), actor, team)
}

// setMember is POST /teams/{team}/members: it makes a member an owner or a plain member,
// or takes him out.
func (s *Site) setMember(c echo.Context, actor model.Actor, team string, f fields) (string, string, error) {
	ctx, user := c.Request().Context(), f.text("user")
	switch f.text("role") {
	case "none":
		return "", user + " removed from the team.", s.registry.RemoveMember(ctx, actor, team, user)
	case "owner":
		return "", user + " is now an owner of the team.", s.registry.SetMember(ctx, actor, team, user, true)
	case "member":
		return "", user + " is now a member of the team.", s.registry.SetMember(ctx, actor, team, user, false)
	}
	return "", "", errs.E("web.setMember", errs.Invalid, "Choose the role owner or member.")
}

// setJoinPolicy is POST /teams/{team}/policy.
func (s *Site) setJoinPolicy(c echo.Context, actor model.Actor, team string, f fields) (string, string, error) {
	return "", "Changes saved.", s.registry.SetJoinPolicy(c.Request().Context(), actor, team, model.JoinPolicy(f.text("join")))
}

// deleteTeam is POST /teams/{team}/delete; the name has to be typed in.
func (s *Site) deleteTeam(c echo.Context, actor model.Actor, team string, f fields) (string, string, error) {
	if err := f.typed(team); err != nil {
		return "", "", err
	}
	return "/teams", "Team " + team + " deleted.", s.registry.DeleteTeam(c.Request().Context(), actor, team)
}
