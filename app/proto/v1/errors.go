package v1

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// statuses says where this interface differs from httpx.Status: it has room to tell a
// thing that is frozen from one that clashes.
var statuses = httpx.Statuses{
	errs.Frozen:      http.StatusLocked,
	errs.Unsupported: http.StatusUnsupportedMediaType,
}

// Errors answers a request that failed with an api.Failure. It is the httpx.ErrorRenderer
// of this door, and for addresses below api.Prefix that have no route.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	status := statuses.Of(kind)
	header := c.Response().Header()
	if kind == errs.Unsupported && header.Get(echo.HeaderAllow) != "" {
		status = http.StatusMethodNotAllowed // the router's own answer
	}
	if kind == errs.Unauthenticated {
		// Basic is accepted too, but a challenge that names it makes browsers ask their users.
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="sregistry"`)
	}
	return httpx.JSON(c, status, api.Failure{Error: api.Problem{
		Kind: kind.String(), Message: httpx.Message(c, err), Request: httpx.RequestID(c),
		RetryAfter: int(math.Ceil(errs.RetryAfter(err).Seconds())),
	}})
}
