package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// adminUsers is GET /admin/users: the accounts, and the form for another.
func (s *Site) adminUsers(c echo.Context, actor model.Actor) error {
	return s.showUsers(c, http.StatusOK, actor, templates.UserForm{Kind: model.Person}, nil)
}

func (s *Site) showUsers(c echo.Context, status int, actor model.Actor, form templates.UserForm, problems templates.Problems) error {
	view := templates.AdminUsers{Words: strings.TrimSpace(c.QueryParam("q")), Form: form, Problems: problems}
	list, next, err := s.identity.Users(c.Request().Context(), actor, view.Words, after(c))
	if err != nil {
		return errs.Wrap("web.showUsers", err)
	}
	view.Users = list
	if next != "" {
		view.More = "/admin/users?" + url.Values{"q": {view.Words}, "after": {next}}.Encode()
	}
	view.Page = s.page(c)
	return render(c, status, view.View())
}

// createUser is POST /admin/users. For a person the answer itself shows the link by which
// he chooses his password, this once; for a robot its page, to make a token.
func (s *Site) createUser(c echo.Context, actor model.Actor) error {
	const op = "web.createUser"
	fields, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	form := templates.UserForm{Name: strings.TrimSpace(fields.Get("name")), FullName: fields.Get("full-name"),
		Kind: model.UserKind(fields.Get("kind")), Admin: fields.Get("admin") == "yes"}
	u, err := s.identity.CreateUser(c.Request().Context(), actor,
		identity.NewUser{Name: form.Name, FullName: form.FullName, Kind: form.Kind, Admin: form.Admin, Later: true})
	if isAbout(err) {
		field := "kind"
		if _, wrong := ref.ParseName(form.Name); wrong != nil || errs.Is(err, errs.Conflict) {
			field = "name"
		} else if form.Kind == model.Person {
			field = "full-name"
		}
		return s.showUsers(c, http.StatusUnprocessableEntity, actor, form, templates.Problems{field: errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if u.Kind == model.Robot {
		return s.goTo(c, templates.UserPath(u.Name), "Robot "+u.Name+" created. Create a token for it.")
	}
	return s.showPasswordLinkMade(c, actor, u, true)
}

// makePasswordLink is POST /admin/users/{name}/password-link.
func (s *Site) makePasswordLink(c echo.Context, actor model.Actor) error {
	u, err := s.identity.UserByName(c.Request().Context(), actor, c.Param("name"))
	if err != nil {
		return errs.Wrap("web.makePasswordLink", err)
	}
	return s.showPasswordLinkMade(c, actor, u, false)
}

func (s *Site) showPasswordLinkMade(c echo.Context, actor model.Actor, u model.User, first bool) error {
	secret, expires, err := s.identity.NewPasswordLink(c.Request().Context(), actor, u.Name)
	if err != nil {
		return errs.Wrap("web.showPasswordLinkMade", err)
	}
	view := templates.PasswordLinkMade{Page: s.page(c), User: u, Link: s.base() + "/password/" + secret, Expires: expires, First: first}
	return render(c, http.StatusOK, view.View())
}
