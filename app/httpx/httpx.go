// Package httpx is what all doors share: the way a request takes before and after its
// handler, streaming of bodies, and small helpers for reading and answering. It knows
// nothing of images and permission, and keeps nothing.
package httpx

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Route is one row of the route table.
type Route struct {
	Method  string
	Path    string
	Action  string // what the handler asks of the core, for the table
	Handler echo.HandlerFunc
}

// ErrorRenderer answers a request that failed, in the manner of its door.
type ErrorRenderer func(c echo.Context, err error) error

// Settings are what New needs to know.
type Settings struct {
	Log     *slog.Logger
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Errors  ErrorRenderer  // for requests that no route was found for
}

func New(s Settings) *echo.Echo { panic("soon") }
func Mount(e *echo.Echo, render ErrorRenderer, routes []Route, middleware ...echo.MiddlewareFunc) {
	panic("soon")
}
func Status(kind errs.Kind) int                  { panic("soon") }
func Message(c echo.Context, err error) string   { panic("soon") }
func RequestID(c echo.Context) string            { panic("soon") }
func Set(c echo.Context, key string, value any)  { panic("soon") }
func Source(c echo.Context) string               { panic("soon") }
func SetActor(c echo.Context, actor model.Actor) { panic("soon") }
func Actor(c echo.Context) model.Actor           { panic("soon") }

// Blob is a file to be sent.
type Blob struct {
	Digest string // its ETag
	Type   string // its media type
	Name   string // offered as the name to save it under; empty for none
}

func ServeBlob(c echo.Context, f *os.File, b Blob) error { panic("soon") }
func Body(c echo.Context) io.Reader                      { panic("soon") }

func Listen(ctx context.Context, address string) (net.Listener, error) { panic("soon") }
func NewServer(handler http.Handler, log *slog.Logger) *http.Server    { panic("soon") }
func Serve(ctx context.Context, s *http.Server, l net.Listener, grace time.Duration) error {
	panic("soon")
}

func SameOrigin(public *url.URL) (echo.MiddlewareFunc, error) { panic("soon") }
func ReadJSON(c echo.Context, into any) error                 { panic("soon") }

// Page is which part of a list was asked for.
type Page struct {
	After string
	Limit int
}

func ReadPage(c echo.Context) (Page, error) { panic("soon") }

// Component is a page or a part of one.
type Component interface {
	Render(ctx context.Context, w io.Writer) error
}

func Render(c echo.Context, status int, page Component) error { panic("soon") }

// Rate is how many requests a caller may make.
type Rate struct {
	PerSecond float64
	Burst     int
}
type Limits struct{}

func NewLimits(anonymous, known Rate) *Limits                   { panic("soon") }
func (l *Limits) Allow(c echo.Context, actor model.Actor) error { panic("soon") }
