package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// maxShownTags bounds the tags that a list shows of one container.
const maxShownTags = 20

// collection is GET /collections/{namespace}/{collection}.
func (s *Site) collection(c echo.Context) error {
	const op = "web.collection"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	path, err := ref.ParsePath(c.Param("namespace") + "/" + c.Param("collection"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Collection{}
	if view.Collection, err = s.registry.Collection(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	list, next, err := s.registry.Containers(ctx, actor, path, after(c))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if view.Containers, err = s.withTags(ctx, actor, list); err != nil {
		return errs.Wrap(op, err)
	}
	view.Grants, err = s.registry.Grants(ctx, actor, path)
	switch {
	case err == nil:
		view.Manage = true
	case !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.Unauthenticated):
		return errs.Wrap(op, err)
	}
	if len(list) == 0 {
		if view.Push, err = s.firstPush(ctx, actor, view.Collection.Name); err != nil {
			return errs.Wrap(op, err)
		}
	}
	view.More = more(templates.CollectionPath(view.Collection.Name), next)
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// withTags adds to each container its newest tags. One that was deleted meanwhile is
// left out.
func (s *Site) withTags(ctx context.Context, actor model.Actor, list []model.Container) ([]templates.ContainerItem, error) {
	var items []templates.ContainerItem
	for _, k := range list {
		tags, _, err := s.registry.Tags(ctx, actor, k.Name.Path(), model.Page{Limit: model.MaxLimit})
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unauthenticated) {
			continue
		}
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(tags, func(a, b model.Tag) int { return b.Updated.Compare(a.Updated) })
		items = append(items, templates.ContainerItem{Container: k, Tags: tags[:min(len(tags), maxShownTags)]})
	}
	return items, nil
}

// firstPush is the line by which the actor would push to a collection; empty if he may not.
func (s *Site) firstPush(ctx context.Context, actor model.Actor, name ref.Collection) (string, error) {
	example := ref.Container{Collection: name, Container: "hello"}
	err := s.registry.PreparePush(ctx, actor, example.Path(), ref.Latest)
	switch errs.KindOf(err) {
	case errs.Forbidden, errs.Unauthenticated, errs.Frozen:
		return "", nil
	}
	if err != nil {
		return "", errs.Wrap("web.firstPush", err)
	}
	return "sregistry push --name " + example.String() + " --tag " + ref.Latest + " hello.sif", nil
}
