package httpx

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/budget"
	"sregistry/app/model"
)

// Route is one row of the route table. A parameter of its path that is a secret is named
// ":secret", which keeps it out of the log.
type Route struct {
	Method  string
	Path    string
	Door    string // the name of the door, which whoever mounts it gives
	Action  string // what its handler asks of the core; for readers of the table
	Handler echo.HandlerFunc
	Quiet   bool // successes are logged at level debug only: somebody asks every few seconds
}

// ErrorRenderer answers a request that failed, in the manner of its door. The error has a
// kind of package errs, whatever the handler gave.
type ErrorRenderer func(c echo.Context, err error) error

// Settings are what New needs to know.
type Settings struct {
	Log *slog.Logger
	// Address is where clients find the registry, and whose forwarding headers are believed.
	Address Address
	// HSTS is how long browsers that came by https stay with it; 0 does not tell them.
	HSTS time.Duration
	// Budget is the memory that requests may hold together; nil is a small one.
	Budget *budget.Budget
	// Errors answers requests for which there is no route.
	Errors ErrorRenderer
	// Denied is told of every request that was denied what it asked for; nil if nobody
	// wants to know. It must not wait for anything.
	Denied func(model.Event)
	// Served is told of every request when it is over; nil if nobody counts. It must not
	// wait for anything.
	Served func(Served)
}

// New makes the router. Every request goes, in this order, through its share of the memory;
// the event, which logs it and answers its error; the headers for browsers; and the deadlines
// of its body.
func New(s Settings) *echo.Echo {
	if s.Budget == nil {
		s.Budget = budget.New(0)
	}
	e := echo.New()
	e.HideBanner = true
	e.HidePort = true
	e.IPExtractor = clientAddress(s.Address.Proxies)
	e.Use(budgeted(s.Budget), event(s), securityHeaders(s), bodyDeadline(bodyStall))
	return e
}

// Mount adds the routes of a door, with the renderer of its errors and its own middleware,
// the first of which is outermost.
func Mount(e *echo.Echo, render ErrorRenderer, routes []Route, middleware ...echo.MiddlewareFunc) {
	for _, r := range routes {
		chain := append([]echo.MiddlewareFunc{mounted(&mount{r, render})}, middleware...)
		e.Add(r.Method, r.Path, r.Handler, chain...)
	}
}

// mount is a route, with the renderer of its errors.
type mount struct {
	Route
	render ErrorRenderer
}

// mounted notes which route a request has come by.
func mounted(m *mount) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(mountKey, m)
			return next(c)
		}
	}
}

// mountOf gives the route that a request has come by; one of nothing if there is none.
func mountOf(c echo.Context) *mount {
	if m, ok := c.Get(mountKey).(*mount); ok {
		return m
	}
	return &mount{}
}

// The keys of what this package keeps in a request's context.
const (
	mountKey   = "httpx.mount"
	eventKey   = "httpx.event"
	actorKey   = "httpx.actor"
	refusedKey = "httpx.refused"
)

// securityHeaders tells browsers not to guess types, not to show our pages inside others,
// and not to tell other sites where a visitor came from: addresses may hold secrets. The
// policy is not "no-referrer", with which forms would come without their origin.
//
// A browser that came to an https public-url by its own host name is told to stay with https
// (RFC 6797). By any other name it is not: the header holds for all ports of a host, and
// other programs on it may speak http.
func securityHeaders(s Settings) echo.MiddlewareFunc {
	stay := ""
	if public := s.Address.Public; public != nil && public.Scheme == "https" && s.HSTS > 0 {
		stay = fmt.Sprintf("max-age=%d", int64(s.HSTS/time.Second))
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set(echo.HeaderXContentTypeOptions, "nosniff")
			h.Set(echo.HeaderReferrerPolicy, "same-origin")
			h.Set(echo.HeaderXFrameOptions, "DENY")
			if stay != "" && s.Address.Secure(c.Request()) && s.Address.isPublic(c.Request()) {
				h.Set(echo.HeaderStrictTransportSecurity, stay)
			}
			return next(c)
		}
	}
}
