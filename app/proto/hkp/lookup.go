package hkp

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/registry"
)

// lookup answers GET /pks/lookup (section 3.1 of the draft). A key id or fingerprint is
// looked for exactly and a text anywhere in a user id, whatever "exact" says, and
// fingerprints are always shown.
func (d *door) lookup(c echo.Context) error {
	const op = "hkp.lookup"
	switch operation := c.QueryParam("op"); operation {
	case "get":
		return errs.Wrap(op, d.get(c))
	case "index", "vindex":
		return errs.Wrap(op, d.index(c))
	default:
		return errs.E(op, errs.Invalid, "The operation %.20q is not offered; get, index and vindex are.", operation)
	}
}

// get answers with the keys themselves.
func (d *door) get(c echo.Context) error {
	text, err := d.registry.ArmoredKeys(c.Request().Context(), httpx.Actor(c), c.QueryParam("search"))
	if err != nil {
		return err
	}
	return httpx.Bytes(c, http.StatusOK, "application/pgp-keys", []byte(text))
}

// index answers with a list, always in the form for machines (section 5.2): there is no
// other that a program would print, and people have the site.
func (d *door) index(c echo.Context) error {
	keys, err := d.registry.FindKeys(c.Request().Context(), httpx.Actor(c), c.QueryParam("search"), pageSize(c))
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return errs.E("hkp.index", errs.NotFound, "There is no such key here.")
	}
	return httpx.Bytes(c, http.StatusOK, "text/plain; charset=utf-8", writeIndex(keys))
}

// pageSize reads how many keys the client wants at once; it never asks for the rest.
func pageSize(c echo.Context) int {
	n, err := strconv.Atoi(c.QueryParam("x-pagesize"))
	if err != nil || n < 1 {
		return registry.MaxKeys
	}
	return n
}
