package hub

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// The Python client asks for the first page of a list over and over for as long as there
// is a next one; so a list is whole, unless a part of it is asked for. These bound one.
const (
	maxCollections = 1000
	maxImages      = 5000
	maxLabels      = 1000
)

// images lists those which an actor may see, once each though they may have several
// architectures.
func (d *door) images(c echo.Context, actor model.Actor, f registry.ImageFilter) ([]model.Image, error) {
	all, err := model.Gather(maxImages, func(p model.Page) ([]model.Image, string, error) {
		return d.Registry.Images(c.Request().Context(), actor, f, p)
	})
	if err != nil {
		return nil, err
	}
	once := all[:0]
	for _, i := range all {
		if n := len(once); n == 0 || once[n-1].Container != i.Container || once[n-1].Tag != i.Tag {
			once = append(once, i)
		}
	}
	return once, nil
}

// cut gives the part of a list that the query asks for by ?limit= and ?offset=, and
// without them all of it.
func cut[T any](d *door, c echo.Context, all []T) (results[T], error) {
	limit, err := number(c, "limit", len(all))
	if err != nil {
		return results[T]{}, err
	}
	offset, err := number(c, "offset", 0)
	if err != nil {
		return results[T]{}, err
	}
	r := results[T]{Count: len(all)}
	begin := min(offset, len(all))
	end := begin + min(limit, len(all)-begin)
	r.Results = all[begin:end]
	if end < len(all) && limit > 0 {
		r.Next = d.part(c, limit, end)
	}
	if begin > 0 && limit > 0 {
		r.Previous = d.part(c, limit, max(begin-limit, 0))
	}
	return r, nil
}

// part gives the address of another part of the list that was asked for.
func (d *door) part(c echo.Context, limit, offset int) *string {
	u := d.Address.Public.JoinPath(c.Request().URL.Path)
	u.RawQuery = url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}}.Encode()
	text := u.String()
	return &text
}

// number reads a count from the query.
func number(c echo.Context, parameter string, otherwise int) (int, error) {
	text := c.QueryParam(parameter)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errs.E("hub.number", errs.Invalid, "The %s is not a number: %q.", parameter, errs.Clip(text))
	}
	return n, nil
}

// answerList answers with a list, or the part of it that was asked for.
func answerList[T any](d *door, c echo.Context, all []T) error {
	r, err := cut(d, c, all)
	if err != nil {
		return err
	}
	return httpx.JSON(c, http.StatusOK, r)
}
