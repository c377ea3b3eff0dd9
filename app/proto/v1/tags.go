package v1

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// tags is GET /api/v1/containers/{container}/tags.
func (d *door) tags(c echo.Context) error {
	const op = "v1.tags"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, d.wireTag, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Tag, string, error) {
		return d.registry.Tags(ctx, actor, path, page)
	}))
}

// setTag is PUT /api/v1/containers/{container}/tags/{tag}.
func (d *door) setTag(c echo.Context) error {
	const op = "v1.setTag"
	path, tag, err := tagParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in api.SetTag
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.Reference == "" {
		return errs.Wrap(op, missing("reference"))
	}
	image, err := ref.ParseReference(in.Reference)
	if err != nil {
		return errs.Wrap(op, err)
	}
	undo, err := d.registry.SetTag(c.Request().Context(), httpx.Actor(c), path, tag, image)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return undoable(c, undo)
}

// deleteTag is DELETE /api/v1/containers/{container}/tags/{tag}?arch=.
func (d *door) deleteTag(c echo.Context) error {
	const op = "v1.deleteTag"
	path, tag, err := tagParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	undo, err := d.registry.DeleteTag(c.Request().Context(), httpx.Actor(c), path, tag, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return undoable(c, undo)
}

// freezeTag is PUT /api/v1/containers/{container}/tags/{tag}/frozen.
func (d *door) freezeTag(c echo.Context) error {
	const op = "v1.freezeTag"
	path, tag, err := tagParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	frozen, err := readFreezing(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.FreezeTag(c.Request().Context(), httpx.Actor(c), path, tag, frozen); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
