package link

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// statuses are where this door differs from the others: nobody can sign in here, so an
// address that is not good is one that does not exist; and an image that is not a file
// does not exist as one.
var statuses = httpx.Statuses{
	errs.Unauthenticated: http.StatusNotFound,
	errs.Unsupported:     http.StatusNotFound,
}

// Errors answers a request that failed with a sentence for the person who reads it, in a
// browser or behind curl.
func Errors(c echo.Context, err error) error {
	return httpx.Text(c, statuses.Of(errs.KindOf(err)), httpx.Message(c, err)+"\n")
}
