package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// collections is GET /api/v1/collections.
func (d *door) collections(c echo.Context) error {
	return errs.Wrap("v1.collections", answerPage(c, d.wireCollection, d.registry.Collections))
}

// createCollection is POST /api/v1/collections.
func (d *door) createCollection(c echo.Context) error {
	const op = "v1.createCollection"
	var in api.NewCollection
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	path, err := ref.ParsePath(in.Name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	made, err := d.registry.CreateCollection(c.Request().Context(), httpx.Actor(c), path,
		registry.NewCollection{Public: in.Public, Description: in.Description})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusCreated, d.wireCollection(made))
}

// collection is GET /api/v1/collections/{collection}.
func (d *door) collection(c echo.Context) error {
	const op = "v1.collection"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.registry.Collection(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, d.wireCollection(found))
}

// changeCollection is PATCH /api/v1/collections/{collection}.
func (d *door) changeCollection(c echo.Context) error {
	const op = "v1.changeCollection"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in api.CollectionChange
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	changed, err := d.registry.ChangeCollection(c.Request().Context(), httpx.Actor(c), path, registry.CollectionChange(in))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, d.wireCollection(changed))
}

// deleteCollection is DELETE /api/v1/collections/{collection}.
func (d *door) deleteCollection(c echo.Context) error {
	const op = "v1.deleteCollection"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	undo, err := d.registry.DeleteCollection(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return undoable(c, undo)
}
