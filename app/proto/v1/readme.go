package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// readme is GET /api/v1/containers/{container}/readme.
func (d *door) readme(c echo.Context) error {
	const op = "v1.readme"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := d.registry.Readme(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, wireReadme(r))
}

// setReadme is PUT /api/v1/containers/{container}/readme.
func (d *door) setReadme(c echo.Context) error {
	const op = "v1.setReadme"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in writing
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.Text == nil || in.Version == nil {
		return errs.E(op, errs.Invalid, "Give the text, and the version that it changes; 0 is that of a container without a README.")
	}
	r, err := d.registry.SetReadme(c.Request().Context(), httpx.Actor(c), path, *in.Text, *in.Version)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, wireReadme(r))
}

func wireReadme(r model.Readme) api.Readme {
	return api.Readme{Text: r.Text, Version: r.Version, Updated: moment(r.Updated), By: r.By}
}
