// Package doortest gives the tests of the doors a whole registry of their own: database,
// files, core, identity and the HTTP stack that ships, on a loopback address. It knows no
// door; a test mounts its own.
//
// Entry points: New, then Mount; User, Token and Push put something into the registry, and
// Do asks it by HTTP. The trap: routes are to be mounted before the first request.
package doortest

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/blob"
	"sregistry/app/courier"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/redact"
	"sregistry/app/registry"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// Site is a registry that runs for one test.
type Site struct {
	// URL is where it listens: "http://127.0.0.1:PORT", without a "/" at the end.
	URL      string
	Echo     *echo.Echo
	Registry *registry.Service
	Identity *identity.Service
	// Unrouted answers requests for which no door has a route; it may be set before the
	// first one.
	Unrouted httpx.ErrorRenderer

	db *store.DB
}

type settings struct {
	registry registry.Settings
	now      func() time.Time
	log      io.Writer
	level    slog.Level
	dir      string
	files    []blob.Option
	database []store.Option
}

// Option alters how a Site is made.
type Option func(*settings)

// WithSettings runs the core by other settings than the default ones: every user may make
// collections, anonymous callers see what is public, and nothing is swept for a day.
func WithSettings(s registry.Settings) Option { return func(o *settings) { o.registry = s } }

// WithClock makes the site take its times from now.
func WithClock(now func() time.Time) Option { return func(o *settings) { o.now = now } }

// WithLog writes the whole log, with its line for every request, to w. Without it a test
// shows warnings and errors.
func WithLog(w io.Writer) Option {
	return func(o *settings) { o.log, o.level = w, slog.LevelInfo }
}

// WithData makes the site keep all that it keeps in one folder, as the server does, and
// take up what is there; without it, it begins empty.
func WithData(dir string) Option { return func(o *settings) { o.dir = dir } }

// WithFiles puts a layer between the site and its files.
func WithFiles(wrap func(blob.FS) blob.FS) Option {
	return func(o *settings) { o.files = append(o.files, blob.WithFS(wrap)) }
}

// WithCommits puts a layer around the commits of the site's database.
func WithCommits(around func(commit func() error) error) Option {
	return func(o *settings) { o.database = append(o.database, store.WithCommits(around)) }
}

// New runs a registry, without accounts unless there are some in its data, until the test
// ends.
func New(t testing.TB, options ...Option) *Site {
	t.Helper()
	o := settings{
		registry: registry.Settings{UserCollections: true, Grace: 24 * time.Hour, UploadLife: 24 * time.Hour},
		now:      time.Now, log: t.Output(), level: slog.LevelWarn,
	}
	for _, option := range options {
		option(&o)
	}
	if o.registry.Name == "" {
		o.registry.Name = "Test Hub"
	}
	log := slog.New(redact.Handler(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: o.level})))
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	db := storetest.In(t, o.dir, append(o.database, store.WithClock(o.now))...)
	blobs, err := blob.Open(o.dir, o.files...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	accounts, err := identity.Open(t.Context(), db, o.dir, identity.WithClock(o.now), identity.WithLog(log))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accounts.Close() })
	s := &Site{Identity: accounts, Registry: registry.New(db, blobs, o.registry, log), Unrouted: unrouted, db: db}
	s.Registry.Deliverer.Enable(accounts.WebhookSecret, courier.New(true))
	s.Echo = httpx.New(httpx.Settings{Log: log, Denied: s.Registry.Denials.Record, Errors: func(c echo.Context, err error) error { return s.Unrouted(c, err) }})
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpx.NewServer(s.Echo, log)
	server.Start()
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// unrouted answers requests for which no door has a route.
func unrouted(c echo.Context, err error) error {
	return httpx.Text(c, httpx.Status(errs.KindOf(err)), httpx.Message(c, err))
}

// Mount adds a door.
func (s *Site) Mount(render httpx.ErrorRenderer, routes []httpx.Route, middleware ...echo.MiddlewareFunc) {
	httpx.Mount(s.Echo, render, routes, middleware...)
}
