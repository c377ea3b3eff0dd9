package httpx

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/redact"
)

// Refuse notes the error by which a request was denied, for a handler that answers it by a
// page of its own. The errors which handlers give back are noted without.
func Refuse(c echo.Context, err error) { c.Set(refusedKey, err) }

// denied tells of a request which was denied what it asked for. A caller who showed no
// credential, and is only asked for one, was not; that is how most protocols begin.
func denied(c echo.Context, err error) (model.Event, bool) {
	if err == nil {
		err, _ = c.Get(refusedKey).(error)
	}
	d, noted := errs.DenialOf(err)
	if !noted {
		if !errs.Is(err, errs.Forbidden) {
			return model.Event{}, false
		}
		d = errs.Denial{Action: mountOf(c).Action, Target: address(c)}
	}
	return Actor(c).Did(d.Action, clip(redact.Secrets(d.Target)), "reason", errs.KindOf(err).String()).In(d.Collection), true
}

// address is the path of a request with its parameters, except those that are secret.
func address(c echo.Context) string {
	path := c.Path()
	for i, name := range c.ParamNames() {
		if values := c.ParamValues(); name != secretParam && name != "*" && i < len(values) {
			path = strings.Replace(path, ":"+name, values[i], 1)
		}
	}
	return path
}
