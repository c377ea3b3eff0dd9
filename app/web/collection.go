package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// collection is GET /collections/{namespace}/{collection}.
func (s *Site) collection(c echo.Context) error {
	const op = "web.collection"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	path, err := namedCollection(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Collection{Filter: c.QueryParam("filter"), Order: model.Order(c.QueryParam("sort"))}
	if view.Order == "" {
		view.Order = model.ByName
	}
	found, err := s.registry.CollectionPage(ctx, actor, path, registry.ContainerQuery{Text: view.Filter, Order: view.Order, Page: after(c)})
	if err != nil {
		return errs.Wrap(op, err)
	}
	view.Collection, view.Manage, view.Roles = found.Collection, found.CanManage, found.Roles
	for _, k := range found.Containers {
		view.Containers = append(view.Containers, templates.ContainerItem{Container: k.Container, Tags: k.Newest})
	}
	if view.Collection.Containers == 0 && found.CanPush {
		view.Push = firstPush(view.Collection.Name)
	}
	view.More = more(templates.CollectionList(view.Collection, view.Filter, view.Order), found.Next)
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// firstPush is the line that pushes a first image to a collection.
func firstPush(name ref.Collection) string {
	example := ref.Container{Collection: name, Container: "hello"}
	return "sregistry push --name " + example.String() + " --tag " + ref.Latest + " hello.sif"
}
