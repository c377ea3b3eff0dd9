package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// adminQuotas is GET /admin/quotas: all limits, and the form for another.
func (s *Site) adminQuotas(c echo.Context, actor model.Actor) error {
	const op = "web.adminQuotas"
	view := templates.AdminQuotas{Name: c.QueryParam("name")}
	if view.Name != "" {
		var err error
		if view.Named, err = s.namedUsage(c, actor, view.Name); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if view.Named != nil {
		view.Size = limitText(*view.Named)
	}
	return s.showQuotas(c, http.StatusOK, actor, view)
}

// namedUsage gives how much room a name takes up; nil if nothing is called so.
func (s *Site) namedUsage(c echo.Context, actor model.Actor, name string) (*model.Usage, error) {
	path, err := ref.ParsePath(name)
	if err != nil {
		return nil, nil // it is told when the form is sent
	}
	u, err := s.registry.UsageOf(c.Request().Context(), actor, path)
	if errs.Is(err, errs.Invalid) {
		return nil, nil
	}
	return known(u, err)
}

// showQuotas shows that page, with what the form holds.
func (s *Site) showQuotas(c echo.Context, status int, actor model.Actor, view templates.AdminQuotas) error {
	view.Order = model.Fullest
	if c.QueryParam("sort") == string(model.QuotasByName) {
		view.Order = model.QuotasByName
	}
	list, next, err := s.registry.Quotas(c.Request().Context(), actor, view.Order, after(c))
	if err != nil {
		return errs.Wrap("web.showQuotas", err)
	}
	view.Quotas, view.Later, view.More = list, c.QueryParam("after") != "", more(templates.QuotasPath(view.Order), next)
	view.UserQuota, view.Page = s.registry.Settings().UserQuota, s.page(c)
	return render(c, status, view.View())
}

// setQuota is POST /admin/quotas: it limits what is named, be it a namespace or a
// collection.
func (s *Site) setQuota(c echo.Context, actor model.Actor) error {
	const op = "web.setQuota"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f := fields{form}
	again := func(field string, err error) error {
		return s.showQuotas(c, http.StatusUnprocessableEntity, actor,
			templates.AdminQuotas{Name: f.text("name"), Size: f.Get("quota"), Problems: templates.Problems{field: errs.Message(err)}})
	}
	path, err := ref.ParsePath(f.text("name"))
	if err != nil {
		return again("name", err)
	}
	bytes, err := readQuota(f)
	if err != nil {
		return again("quota", err)
	}
	u, err := s.registry.SetQuota(c.Request().Context(), actor, path, bytes)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return again("name", err)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/admin/quotas", quotaSays(u))
}

// setUserQuota is POST /admin/users/{name}/quota.
func (s *Site) setUserQuota(c echo.Context, actor model.Actor) error {
	const op = "web.setUserQuota"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	user, err := s.identity.UserByName(c.Request().Context(), actor, c.Param("name"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, err := ref.ParsePath(user.Name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	bytes, err := readQuota(fields{form})
	if errs.Is(err, errs.Invalid) {
		return s.showUser(c, http.StatusUnprocessableEntity, actor, fields{form}, templates.AdminUser{Form: templates.DefaultTokenForm(),
			Problems: templates.Problems{"quota": errs.Message(err)}})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	u, err := s.registry.SetQuota(c.Request().Context(), actor, path, bytes)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, templates.UserPath(user.Name), quotaSays(u))
}
