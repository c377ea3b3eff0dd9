package v1

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// containers is GET /api/v1/collections/{collection}/containers.
func (d *door) containers(c echo.Context) error {
	const op = "v1.containers"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireContainer, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Container, string, error) {
		return d.registry.Containers(ctx, actor, path, page)
	}))
}

// container is GET /api/v1/containers/{container}.
func (d *door) container(c echo.Context) error {
	const op = "v1.container"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.registry.Container(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, wireContainer(found))
}

// deleteContainer is DELETE /api/v1/containers/{container}.
func (d *door) deleteContainer(c echo.Context) error {
	const op = "v1.deleteContainer"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	undo, err := d.registry.DeleteContainer(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return undoable(c, undo)
}

// freezeContainer is PUT /api/v1/containers/{container}/frozen.
func (d *door) freezeContainer(c echo.Context) error {
	const op = "v1.freezeContainer"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	frozen, err := readFreezing(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.FreezeContainer(c.Request().Context(), httpx.Actor(c), path, frozen); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// readFreezing reads whether something shall be frozen.
func readFreezing(c echo.Context) (bool, error) {
	var in freezing
	if err := httpx.ReadJSON(c, &in); err != nil {
		return false, err
	}
	if in.Frozen == nil {
		return false, missing("frozen")
	}
	return *in.Frozen, nil
}
