package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// keys is GET /api/v1/keys.
func (d *door) keys(c echo.Context) error {
	return errs.Wrap("v1.keys", answerPage(c, wireKey, d.registry.OwnKeys))
}

// addKeys is POST /api/v1/keys.
func (d *door) addKeys(c echo.Context) error {
	const op = "v1.addKeys"
	var in api.NewKeys
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.Armored == "" {
		return missing("armored")
	}
	added, err := d.registry.AddKeys(c.Request().Context(), httpx.Actor(c), in.Armored)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answerList(c, added, wireKey)
}

// removeKey is DELETE /api/v1/keys/{fingerprint}.
func (d *door) removeKey(c echo.Context) error {
	const op = "v1.removeKey"
	fingerprint, err := param(c, "fingerprint")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.RemoveKey(c.Request().Context(), httpx.Actor(c), fingerprint); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
