package oci

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
)

// catalog answers GET /v2/_catalog?n=&last=, which Docker's registry has: the repositories
// that the caller may pull from, by the shortest of their names, in the order of its bytes.
func (d *door) catalog(c echo.Context, _ target) error {
	if err := ask(c); err != nil {
		return err
	}
	limit, err := readLimit(c.QueryParam("n"))
	if err != nil {
		return err
	}
	list, err := d.Registry.Catalog(c.Request().Context(), httpx.Actor(c), c.QueryParam("last"), limit+1)
	if err != nil {
		return err
	}
	list = cut(c, prefix+"_catalog", list, limit)
	return httpx.JSON(c, http.StatusOK, repositoryList{list})
}

// cut gives a list with one more than was wanted its length, and tells where it goes on.
func cut(c echo.Context, path string, list []string, limit int) []string {
	if len(list) > limit {
		list = list[:limit]
		if limit > 0 { // after nothing at all there is no next
			next(c, path, url.Values{"n": {strconv.Itoa(limit)}, "last": {list[limit-1]}})
		}
	}
	if list == nil {
		return []string{} // not null
	}
	return list
}
