package hkp

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// failure is the one form of an error whose sentence Apptainer and SingularityCE show;
// others look at the status only.
type failure struct {
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// Errors answers a request that failed. 404 is "no matching keys found" to the clients,
// and 401 an advice to log in.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	var f failure
	f.Error.Code, f.Error.Message = httpx.Status(kind), httpx.Message(c, err)
	if kind == errs.Unsupported && c.Response().Header().Get(echo.HeaderAllow) == "" {
		f.Error.Code = http.StatusBadRequest // a kind of key, not a method
	}
	if kind == errs.Unauthenticated {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="sregistry"`)
	}
	return httpx.JSON(c, f.Error.Code, f)
}
