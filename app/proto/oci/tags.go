package oci

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// maxNames bounds the tags or repositories of one answer; the rest is found by its Link.
const maxNames = 10_000

// tags answers GET /v2/<name>/tags/list?n=&last= (end-8). They come in the order of their
// bytes.
func (d *door) tags(c echo.Context, t target) error {
	limit, err := readLimit(c.QueryParam("n"))
	if err != nil {
		return err
	}
	list, err := d.Registry.TagNames(c.Request().Context(), httpx.Actor(c), t.name, c.QueryParam("last"), limit+1)
	if err != nil {
		return err
	}
	list = cut(c, prefix+t.name.String()+"/tags/list", list, limit)
	return httpx.JSON(c, http.StatusOK, tagList{t.name.String(), list})
}

// readLimit reads how many names are wanted at most; that nobody said stands for as many
// as there may be.
func readLimit(s string) (int, error) {
	if s == "" {
		return maxNames, nil
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0, coded("PAGINATION_NUMBER_INVALID", errs.E("oci.readLimit", errs.Invalid, "The query's n is not a number."))
	}
	return min(int(n), maxNames), nil
}
