package v1

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// undoable answers a change that worked, with the number to undo it by, if there is one.
func undoable(c echo.Context, undo int64) error {
	if undo > 0 {
		c.Response().Header().Set(api.HeaderUndo, strconv.FormatInt(undo, 10))
	}
	return c.NoContent(http.StatusNoContent)
}

// deletions is GET /api/v1/deletions?collection=&container=.
func (d *door) deletions(c echo.Context) error {
	const op = "v1.deletions"
	var f registry.DeletionFilter
	var err error
	if f.Collection, err = pathQuery(c, "collection"); err != nil {
		return errs.Wrap(op, err)
	}
	if f.Container, err = pathQuery(c, "container"); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireDeletion, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Deletion, string, error) {
		return d.registry.Deletions(ctx, actor, f, page)
	}))
}

// undelete is POST /api/v1/deletions/{deletion}/undo.
func (d *door) undelete(c echo.Context) error {
	const op = "v1.undelete"
	id, err := numberParam(c, "deletion")
	if err != nil {
		return errs.Wrap(op, err)
	}
	done, err := d.registry.Restore(c.Request().Context(), httpx.Actor(c), id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, api.Restored{Name: done.Name, Tags: done.Tags, Taken: done.Taken})
}

// purge is DELETE /api/v1/deletions/{deletion}.
func (d *door) purge(c echo.Context) error {
	const op = "v1.purge"
	id, err := numberParam(c, "deletion")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Purge(c.Request().Context(), httpx.Actor(c), id); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
