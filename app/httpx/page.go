package httpx

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// ReadPage reads which part of a list a query asks for, by "after" and "limit". Errors:
// Invalid for a limit that is not a number from 1 to model.MaxLimit.
func ReadPage(c echo.Context) (model.Page, error) {
	const op = "httpx.ReadPage"
	p := model.Page{After: c.QueryParam("after"), Limit: model.DefaultLimit}
	text := c.QueryParam("limit")
	if text == "" {
		return p, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > model.MaxLimit {
		return model.Page{}, errs.E(op, errs.Invalid, "The limit %q is not a number from 1 to %d.", clip(text), model.MaxLimit)
	}
	p.Limit = n
	return p, nil
}
