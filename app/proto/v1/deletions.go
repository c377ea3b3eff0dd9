package v1

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
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
	page, err := httpx.ReadPage(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var f registry.DeletionFilter
	for name, path := range map[string]*ref.Path{"collection": &f.Collection, "container": &f.Container} {
		if text := c.QueryParam(name); text != "" {
			if *path, err = ref.ParsePath(text); err != nil {
				return errs.Wrap(op, err)
			}
		}
	}
	list, next, err := d.registry.Deletions(c.Request().Context(), httpx.Actor(c), f, page)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answerList(c, list, next, wireDeletion)
}

// undelete is POST /api/v1/deletions/{deletion}/undo.
func (d *door) undelete(c echo.Context) error {
	const op = "v1.undelete"
	id, err := deletionParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	done, err := d.registry.Undelete(c.Request().Context(), httpx.Actor(c), id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return c.JSON(http.StatusOK, api.Restored{Name: done.Name, Tags: done.Tags, Taken: done.Taken})
}

// purge is DELETE /api/v1/deletions/{deletion}.
func (d *door) purge(c echo.Context) error {
	const op = "v1.purge"
	id, err := deletionParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Purge(c.Request().Context(), httpx.Actor(c), id); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

func deletionParam(c echo.Context) (int64, error) {
	text := c.Param("deletion")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.E("v1.deletionParam", errs.Invalid, "%q is not the number of a deletion.", text)
	}
	return id, nil
}
