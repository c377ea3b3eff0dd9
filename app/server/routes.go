package server

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/budget"
	"sregistry/app/config"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/metrics"
	"sregistry/app/proto/hkp"
	"sregistry/app/proto/hub"
	"sregistry/app/proto/library"
	"sregistry/app/proto/link"
	"sregistry/app/proto/oci"
	v1 "sregistry/app/proto/v1"
	"sregistry/app/proto/watch"
	"sregistry/app/registry"
	"sregistry/app/version"
	"sregistry/app/web"
)

// burst is how many seconds of its rate a caller may use up at once.
const burst = 10

// Door is the routes of one protocol, with what stands before them.
type Door struct {
	Name   string
	Errors httpx.ErrorRenderer
	Routes []httpx.Route
	Before []echo.MiddlewareFunc
}

// DoorSettings are what the doors share.
type DoorSettings struct {
	Registry *registry.Service
	Identity *identity.Service
	Address  httpx.Address
	Site     *web.Site
	Limits   *httpx.Limits
	Metrics  http.Handler
}

// newHandler mounts all doors on one router.
func newHandler(settings *config.Config, log *slog.Logger, core *registry.Service, id *identity.Service, public *url.URL, figures *metrics.Metrics, memory *budget.Budget) (http.Handler, error) {
	proxies, err := settings.Proxies()
	if err != nil {
		return nil, err
	}
	site := web.New(core, id, web.Settings{Version: version.Number, Public: public})
	address := httpx.Address{Public: public, Proxies: proxies}
	e := httpx.New(httpx.Settings{Log: log, Address: address, HSTS: settings.HSTS, Budget: memory, Errors: lost(site), Denied: core.Denials.Record, Served: figures.Served})
	limits := httpx.NewLimits(rate(settings.AnonymousRate), rate(settings.UserRate))
	all, err := Doors(DoorSettings{Registry: core, Identity: id, Address: address, Site: site, Limits: limits, Metrics: figures.Handler()})
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		for at := range d.Routes {
			d.Routes[at].Door = d.Name
		}
		httpx.Mount(e, d.Errors, d.Routes, d.Before...)
	}
	return e, nil
}

// Doors is the table of the doors. Where paths meet, the router prefers a fixed one to
// a parameter and that to a catch-all, so their order does not matter.
func Doors(s DoorSettings) ([]Door, error) {
	core, id, address, site, limits := s.Registry, s.Identity, s.Address, s.Site, s.Limits
	sameOrigin, err := httpx.SameOrigin(address.Public)
	if err != nil {
		return nil, err
	}
	books := library.Settings{Registry: core, Identity: id, Limits: limits, Version: version.Number, Address: address}
	watched := watch.Settings{Registry: core, Figures: s.Metrics}
	return []Door{
		{"hkp", hkp.Errors, hkp.Routes(core), []echo.MiddlewareFunc{hkp.Authenticate(id, limits)}},
		{"hub", hub.Errors, hub.Routes(hub.Settings{Registry: core, Identity: id, Limits: limits, Address: address, Now: time.Now}), nil},
		{"library", library.Errors, library.Routes(books), []echo.MiddlewareFunc{library.Authenticate(id, limits)}},
		{"library", library.Errors, library.Open(books), nil},
		{"link", link.Errors, link.Routes(link.Settings{Registry: core, Identity: id, Limits: limits}), nil},
		{"oci", oci.Errors, oci.Routes(oci.Settings{Registry: core, Identity: id, Limits: limits, Address: address}), nil},
		{"v1", v1.Errors, v1.Routes(v1.Settings{Registry: core, Identity: id, Version: version.Number, Address: address.Public}),
			[]echo.MiddlewareFunc{v1.Authenticate(id, limits)}},
		{"watch", watch.Errors, watch.Health(watched), nil},
		{"watch", watch.Errors, watch.Figures(watched), []echo.MiddlewareFunc{v1.Authenticate(id, limits)}},
		{"web", site.Errors, site.Pages(), []echo.MiddlewareFunc{sameOrigin, httpx.Authenticate(site.Visitor, limits)}},
		{"web", site.UploadErrors, site.Uploads(), []echo.MiddlewareFunc{sameOrigin, httpx.Authenticate(site.Visitor, limits)}},
		{"web", site.Errors, site.Assets(), nil},
	}, nil
}

// lost answers requests for which no door has a route, in the manner of the door whose
// part of the tree they are in.
func lost(site *web.Site) httpx.ErrorRenderer {
	return func(c echo.Context, err error) error {
		path := c.Request().URL.Path
		switch {
		case strings.HasPrefix(path, api.Prefix+"/"), path == api.Prefix:
			return v1.Errors(c, err)
		case strings.HasPrefix(path, "/pks/"):
			return hkp.Errors(c, err)
		case strings.HasPrefix(path, "/v1/"), strings.HasPrefix(path, "/v2/imagefile/"), strings.HasPrefix(path, "/v2/tags/"):
			return library.Errors(c, err)
		case strings.HasPrefix(path, "/v2/"):
			return oci.Errors(c, err)
		case strings.HasPrefix(path, "/api/"):
			return hub.Errors(c, err)
		}
		return site.Errors(c, err)
	}
}

// rate makes a limit of requests a second; 0 is none.
func rate(perSecond float64) httpx.Rate {
	return httpx.Rate{PerSecond: perSecond, Burst: int(perSecond * burst)}
}
