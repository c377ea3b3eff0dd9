package hub

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// statuses are where this door differs from the others, since its clients do: they sign
// after 403 only, and take what they do not expect for a success with nothing in it.
var statuses = httpx.Statuses{
	errs.Unauthenticated: http.StatusForbidden,
	errs.Frozen:          http.StatusForbidden,
	errs.RateLimited:     http.StatusForbidden,
	errs.Unavailable:     http.StatusInternalServerError,
	errs.OverQuota:       http.StatusForbidden,
}

// needCredentials is what a caller without credentials is told, word for word.
const needCredentials = "Authentication Required"

// Errors answers a request that failed: {"detail": …}, and for an upload the same as
// "message", which its client prints.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	status := statuses.Of(kind)
	f := failure{Detail: httpx.Message(c, err)}
	if kind == errs.Unauthenticated && c.Request().Header.Get(echo.HeaderAuthorization) == "" {
		f.Detail = needCredentials
	}
	if strings.HasSuffix(strings.TrimSuffix(c.Path(), "/"), "/upload") {
		f.Message = f.Detail
	}
	return httpx.JSON(c, status, f)
}
