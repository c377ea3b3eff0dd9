package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// leave is GET /account/delete: what stands in the way, or else the way out.
func (s *Site) leave(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.leave", err)
	}
	return s.showLeave(c, http.StatusOK, actor, templates.AccountDelete{})
}

// showLeave shows the page, with what view holds of a form that comes back.
func (s *Site) showLeave(c echo.Context, status int, actor model.Actor, view templates.AccountDelete) error {
	held, err := s.identity.SoleOwnership(c.Request().Context(), actor, "")
	if err != nil {
		return errs.Wrap("web.showLeave", err)
	}
	for _, collection := range held.Collections {
		view.Collections = append(view.Collections, collection.Full())
	}
	view.Teams, view.Page = held.Teams, s.page(c)
	return render(c, status, view.View())
}

// handOver is POST /account/hand-over: it makes a user, or else a team, an owner of a
// collection.
func (s *Site) handOver(c echo.Context) error {
	const op = "web.handOver"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	collection, to := form.Get("collection"), strings.ToLower(strings.TrimSpace(form.Get("to")))
	path, err := ref.ParsePath(collection)
	if err != nil {
		return errs.Wrap(op, err)
	}
	problem := "That is you. Name another user or a team."
	if to != actor.Name {
		err = s.registry.SetRole(c.Request().Context(), actor, path, model.RoleAssignment{User: to, Role: model.Owner})
		if errs.Is(err, errs.NotFound) {
			err = s.registry.SetRole(c.Request().Context(), actor, path, model.RoleAssignment{Team: to, Role: model.Owner})
		}
		if err == nil {
			return s.goTo(c, "/account/delete", collection+" is now also owned by "+to+".")
		}
		if !isAbout(err) {
			return errs.Wrap(op, err)
		}
		problem = errs.Message(err)
		if errs.Is(err, errs.NotFound) {
			problem = "User or team not found."
		}
	}
	return s.showLeave(c, http.StatusUnprocessableEntity, actor,
		templates.AccountDelete{Collection: collection, To: to, Problems: templates.Problems{"to": problem}})
}

// completeLeave is POST /account/delete.
func (s *Site) completeLeave(c echo.Context) error {
	const op = "web.completeLeave"
	actor, form, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.AccountDelete{Name: form.Get("name")}
	if strings.TrimSpace(view.Name) != actor.Name {
		view.Problems = templates.Problems{"name": "The name does not match. Type " + actor.Name + "."}
		return s.showLeave(c, http.StatusUnprocessableEntity, actor, view)
	}
	err = s.identity.DeleteOwnAccount(c.Request().Context(), actor, httpx.Source(c), form.Get("current"), view.Name)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.RateLimited:
		view.Problems = templates.Problems{"current": errs.Message(err)}
		return s.showLeave(c, http.StatusUnprocessableEntity, actor, view)
	case errs.Conflict:
		view.Problems = templates.Problems{"": errs.Message(err)}
		return s.showLeave(c, http.StatusConflict, actor, view)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.identity.SignOut(c.Response(), c.Request(), model.Anonymous); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/", "Account "+actor.Name+" deleted.")
}
