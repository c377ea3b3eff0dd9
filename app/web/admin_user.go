package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/templates"
)

// adminUser is GET /admin/users/{name}: one account.
func (s *Site) adminUser(c echo.Context, actor model.Actor) error {
	return s.showUser(c, http.StatusOK, actor, fields{}, templates.AdminUser{Form: templates.DefaultTokenForm()})
}

// showUser shows the page that a view was begun for, with what was typed into the form of the
// quota, if it was that.
func (s *Site) showUser(c echo.Context, status int, actor model.Actor, typed fields, view templates.AdminUser) error {
	const op = "web.showUser"
	ctx, name := c.Request().Context(), c.Param("name")
	view.Now = s.settings.Now()
	var err error
	if view.User, err = s.identity.UserByName(ctx, actor, name); err != nil {
		return errs.Wrap(op, err)
	}
	if view.Usage, err = s.registry.NamespaceUsage(ctx, actor, name); err != nil {
		return errs.Wrap(op, err)
	}
	view.Quota = s.quotaForm(templates.UserPath(name)+"/quota#storage", view.Usage, true, typed)
	var next string
	if view.Reach, next, err = s.registry.UserRoles(ctx, actor, name, after(c)); err != nil {
		return errs.Wrap(op, err)
	}
	view.More = more(templates.UserPath(name), next)
	if view.Tokens, _, err = s.identity.Tokens(ctx, actor, name, model.Page{Limit: model.MaxLimit}); err != nil {
		return errs.Wrap(op, err)
	}
	held, err := s.identity.SoleOwnership(ctx, actor, name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, collection := range held.Collections {
		view.Held = append(view.Held, collection.String())
	}
	for _, team := range held.Teams {
		view.Held = append(view.Held, "team "+team)
	}
	view.Page = s.page(c)
	return render(c, status, view.View())
}

// userAction makes a handler of POST /admin/users/{name}/{what}: it changes the account,
// and comes back with a sentence, be it that nobody would be left to run the registry.
func (s *Site) userAction(done string, act func(c echo.Context, actor model.Actor, name string) error) echo.HandlerFunc {
	return forAdmins(func(c echo.Context, actor model.Actor) error {
		name := c.Param("name")
		err := act(c, actor, name)
		if errs.Is(err, errs.Conflict) {
			return s.goTo(c, templates.UserPath(name), "No changes: "+errs.Message(err))
		}
		if err != nil {
			return errs.Wrap("web.userAction", err)
		}
		return s.goTo(c, templates.UserPath(name), done)
	})
}

func (s *Site) setDisabled(disabled bool) func(echo.Context, model.Actor, string) error {
	return func(c echo.Context, actor model.Actor, name string) error {
		return s.identity.SetDisabled(c.Request().Context(), actor, name, disabled)
	}
}

func (s *Site) setAdmin(admin bool) func(echo.Context, model.Actor, string) error {
	return func(c echo.Context, actor model.Actor, name string) error {
		return s.identity.SetAdmin(c.Request().Context(), actor, name, admin)
	}
}

// deleteUser is POST /admin/users/{name}/delete, with the name typed in.
func (s *Site) deleteUser(c echo.Context, actor model.Actor) error {
	const op = "web.deleteUser"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name := c.Param("name")
	if strings.TrimSpace(form.Get("confirm")) != name {
		return s.showUser(c, http.StatusUnprocessableEntity, actor, fields{}, templates.AdminUser{Form: templates.DefaultTokenForm(),
			Problems: templates.Problems{"confirm": "The name does not match."}})
	}
	err = s.identity.DeleteUser(c.Request().Context(), actor, name)
	if errs.Is(err, errs.Conflict) {
		return s.goTo(c, templates.UserPath(name), "No changes: "+errs.Message(err))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/admin/users", "Account "+name+" deleted. Images it pushed are kept.")
}

// createUserToken is POST /admin/users/{name}/tokens, for robots.
func (s *Site) createUserToken(c echo.Context, actor model.Actor) error {
	const op = "web.createUserToken"
	values, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	name := c.Param("name")
	form, problems := readTokenForm(values)
	want := identity.NewToken{User: name, Name: form.Name, Scope: form.Scope, Expires: s.expiry(form.Expires)}
	if want.Collections, err = s.collections(c.Request().Context(), actor, form.Collections); isAbout(err) {
		problems["collections"] = errs.Message(err)
	} else if err != nil {
		return errs.Wrap(op, err)
	}
	if len(problems) > 0 {
		return s.showUser(c, http.StatusUnprocessableEntity, actor, fields{}, templates.AdminUser{Form: form, Problems: problems})
	}
	token, secret, err := s.identity.CreateToken(c.Request().Context(), actor, want)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		return s.showUser(c, http.StatusUnprocessableEntity, actor, fields{}, templates.AdminUser{Form: form,
			Problems: templates.Problems{"name": errs.Message(err)}})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.TokenCreated{Page: s.page(c), Token: token, Secret: secret, Username: name, Base: s.base()}
	return render(c, http.StatusOK, view.View())
}

// revokeUserToken is POST /admin/users/{name}/tokens/{id}/revoke.
func (s *Site) revokeUserToken(c echo.Context, actor model.Actor) error {
	name := c.Param("name")
	err := s.identity.RevokeToken(c.Request().Context(), actor, name, c.Param("id"))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return errs.Wrap("web.revokeUserToken", err)
	}
	return s.goTo(c, templates.UserPath(name), "Token revoked. Programs that used it can no longer act as "+name+".")
}
