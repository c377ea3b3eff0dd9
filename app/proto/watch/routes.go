// Package watch is the door of those who watch over the server: programs that ask every
// few seconds whether it lives (/livez) and whether it can work (/readyz), which anybody
// may, and Prometheus (/metrics), for administrators or by a listener of its own. Nothing
// here tells a name.
//
// Entry points: Routes for the public listener and Private for the other one, with Errors.
// The trap: /livez must not depend on anything that may be busy, or a busy server is
// killed for it.
package watch

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/registry"
)

// Settings are what the door needs to know.
type Settings struct {
	Registry *registry.Service
	Figures  http.Handler // answers with them
}

// door is what the handlers share.
type door struct{ Settings }

// Health is the part of the door for anybody.
func Health(s Settings) []httpx.Route {
	d := &door{s}
	const get, head = http.MethodGet, http.MethodHead
	return []httpx.Route{
		{Method: get, Path: "/livez", Action: "none", Handler: livez, Quiet: true},
		{Method: head, Path: "/livez", Action: "none", Handler: livez, Quiet: true},
		{Method: get, Path: "/readyz", Action: "ready", Handler: d.readyz, Quiet: true},
		{Method: head, Path: "/readyz", Action: "ready", Handler: d.readyz, Quiet: true},
	}
}

// Figures is the part of the door for administrators; who asks has to be found out before.
func Figures(s Settings) []httpx.Route {
	d := &door{s}
	return []httpx.Route{{Method: http.MethodGet, Path: "/metrics", Action: "watch", Handler: d.metrics, Quiet: true}}
}

// Private is the whole door for a listener that only those reach who may know.
func Private(s Settings) []httpx.Route {
	open := httpx.Route{Method: http.MethodGet, Path: "/metrics", Action: "watch", Handler: echo.WrapHandler(s.Figures), Quiet: true}
	return append(Health(s), open)
}

// livez answers that the process lives.
func livez(c echo.Context) error { return answer(c, http.StatusOK, "ok") }

// readyz answers whether the registry can do its work.
func (d *door) readyz(c echo.Context) error {
	if err := d.Registry.Keeper.Ready(c.Request().Context()); err != nil {
		return errs.Wrap("watch.readyz", err)
	}
	return answer(c, http.StatusOK, "ok")
}

// metrics answers an administrator with the figures.
func (d *door) metrics(c echo.Context) error {
	if err := d.Registry.AuthorizeMonitoring(httpx.Actor(c)); err != nil {
		return errs.Wrap("watch.metrics", err)
	}
	d.Settings.Figures.ServeHTTP(c.Response(), c.Request())
	return nil
}

// Errors answers a request that failed with its sentence. What kept the registry from
// being ready is one status, whatever it was: those who ask know no other.
func Errors(c echo.Context, err error) error {
	kind := errs.KindOf(err)
	status := httpx.Status(kind)
	switch kind {
	case errs.Unauthenticated:
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="sregistry"`)
	case errs.NoSpace:
		status = http.StatusServiceUnavailable
	}
	return answer(c, status, httpx.Message(c, err))
}

func answer(c echo.Context, status int, text string) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.Text(c, status, text+"\n")
}
