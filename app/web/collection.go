package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
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
	view := templates.Collection{}
	if view.Collection, err = s.registry.Collection(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	view.Filter, view.Order = c.QueryParam("filter"), model.Order(c.QueryParam("sort"))
	if view.Order == "" {
		view.Order = model.ByName
	}
	list, next, err := s.registry.FindContainers(ctx, actor, path, view.Filter, view.Order, after(c))
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, k := range list {
		view.Containers = append(view.Containers, templates.ContainerItem{Container: k.Container, Tags: k.Newest})
	}
	view.Roles, err = s.registry.Roles(ctx, actor, path)
	switch {
	case err == nil:
		view.Manage = true
	case !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.Unauthenticated):
		return errs.Wrap(op, err)
	}
	if view.Collection.Containers == 0 {
		if view.Push, err = s.firstPush(ctx, actor, view.Collection.Name); err != nil {
			return errs.Wrap(op, err)
		}
	}
	view.More = more(templates.CollectionList(view.Collection, view.Filter, view.Order), next)
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// firstPush is the line by which the actor would push to a collection; empty if he may not.
func (s *Site) firstPush(ctx context.Context, actor model.Actor, name ref.Collection) (string, error) {
	example := ref.Container{Collection: name, Container: "hello"}
	err := s.registry.AuthorizePush(ctx, actor, example.Path(), ref.Latest)
	switch errs.KindOf(err) {
	case errs.Forbidden, errs.Unauthenticated, errs.Frozen:
		return "", nil
	}
	if err != nil {
		return "", errs.Wrap("web.firstPush", err)
	}
	return "sregistry push --name " + example.String() + " --tag " + ref.Latest + " hello.sif", nil
}
