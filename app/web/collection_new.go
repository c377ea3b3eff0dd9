package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// newCollection is GET /collections/new; the query may say in which namespace.
func (s *Site) newCollection(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.newCollection", err)
	}
	return s.showNewCollection(c, http.StatusOK, actor, templates.CollectionForm{Namespace: c.QueryParam("namespace")}, nil)
}

func (s *Site) showNewCollection(c echo.Context, status int, actor model.Actor, form templates.CollectionForm, problems templates.Problems) error {
	places, err := s.registry.SuggestedNamespaces(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap("web.showNewCollection", err)
	}
	return render(c, status, templates.CollectionNew{Page: s.page(c), Namespaces: places, Form: form, Problems: problems}.View())
}

// createCollection is POST /collections.
func (s *Site) createCollection(c echo.Context) error {
	const op = "web.createCollection"
	actor, values, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f := fields{values}
	form := templates.CollectionForm{Namespace: f.text("namespace"), Name: f.text("name"), Description: f.text("description"),
		Public: f.text("visibility") == "public"}
	again := func(field string, err error) error {
		return s.showNewCollection(c, http.StatusUnprocessableEntity, actor, form, templates.Problems{field: errs.Message(err)})
	}
	// A slash would make two parts of one name.
	if _, err := ref.ParseName(form.Name); err != nil {
		return again("name", err)
	}
	path, err := ref.ParsePath(form.Namespace + "/" + form.Name)
	if err != nil {
		return again("", err)
	}
	made, err := s.registry.CreateCollection(c.Request().Context(), actor, path, registry.NewCollection{Public: form.Public, Description: form.Description})
	switch {
	case errs.Is(err, errs.TooLarge):
		return again("description", err)
	case isAbout(err), errs.Is(err, errs.Forbidden):
		return again("name", err)
	case err != nil:
		return errs.Wrap(op, err)
	}
	return s.goTo(c, templates.CollectionPath(made.Name), "Collection "+made.Name.String()+" created.")
}
