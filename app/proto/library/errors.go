package library

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// statuses are where this door differs from the others. The clients hide the sentence of
// a 404, and take it for "create it" or "not offered"; so it is only for what they look
// for and do not find.
var statuses = httpx.Statuses{
	errs.BlobUnknown:  http.StatusConflict,
	errs.RangeInvalid: http.StatusConflict,
	errs.Unsupported:  http.StatusUnsupportedMediaType,
}

// Errors answers a request that failed. The clients show the sentence and the code.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	status := statuses.Of(kind)
	header := c.Response().Header()
	if kind == errs.Unsupported && header.Get(echo.HeaderAllow) != "" {
		status = http.StatusMethodNotAllowed // the router's own answer
	}
	if kind == errs.RangeInvalid && header.Get("Content-Range") != "" {
		status = http.StatusRequestedRangeNotSatisfiable // of a download, and not of an upload
	}
	if kind == errs.Unauthenticated {
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="Sregistry"`)
		if c.Path() == tokenStatus {
			status = http.StatusNotFound // the only one for which "remote login" says "Invalid Credentials"
		}
	}
	header.Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, status, failure{problem{status, httpx.Message(c, err)}})
}

// never404 is for what continues a push: 404 would tell the client that the registry
// does not offer what it has begun already.
func never404(op string, err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Because(op, errs.Conflict, err, "%s", errs.Message(err))
	}
	return errs.Wrap(op, err)
}
