package watch_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/proto/watch"
)

func TestHealthIsForAnybodyAndFiguresAreNot(t *testing.T) {
	t.Parallel()
	s := doortest.New(t)
	root, alice := s.Admin(t, "root"), s.User(t, "alice")
	who := map[string]model.Actor{"root": root, "alice": alice}
	settings := watch.Settings{Registry: s.Registry,
		Figures: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "sregistry_blobs 0\n") })}
	s.Mount(watch.Errors, watch.Health(settings))
	s.Mount(watch.Errors, watch.Figures(settings), func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			httpx.SetActor(c, who[c.Request().Header.Get("X-Test")])
			return next(c)
		}
	})
	for _, c := range []struct {
		who, path string
		status    int
		body      string
	}{
		{"", "/livez", 200, "ok\n"}, {"", "/readyz", 200, "ok\n"},
		{"", "/metrics", 401, "Sign in as an administrator, with a token that may read.\n"},
		{"alice", "/metrics", 403, "Only an administrator sees the figures of the server.\n"},
		{"root", "/metrics", 200, "sregistry_blobs 0\n"},
	} {
		a := s.Do(t, "GET", c.path, nil, "X-Test", c.who)
		if a.Status != c.status || a.Body != c.body {
			t.Errorf("%s %s: %d %q", c.who, c.path, a.Status, a.Body)
		}
	}
}

func TestPrivateListenerTellsAll(t *testing.T) {
	t.Parallel()
	s := doortest.New(t)
	s.Mount(watch.Errors, watch.Private(watch.Settings{Registry: s.Registry,
		Figures: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "figures") })}))
	for path, want := range map[string]string{"/metrics": "figures", "/livez": "ok\n", "/readyz": "ok\n"} {
		if a := s.Do(t, "GET", path, nil); a.Status != 200 || a.Body != want {
			t.Errorf("%s: %d %q", path, a.Status, a.Body)
		}
	}
}

// Those who ask know one status for not being ready, and nothing may be told of why.
func TestNotReadyIsOneStatus(t *testing.T) {
	t.Parallel()
	s := doortest.New(t)
	var err error
	s.Mount(watch.Errors, []httpx.Route{{Method: "GET", Path: "/readyz", Action: "ready", Handler: func(echo.Context) error { return err }}})
	for _, err = range []error{errs.E("x", errs.NoSpace, "The disk is full."),
		errs.Because("x", errs.Unavailable, io.ErrUnexpectedEOF, "The database cannot be written.")} {
		a := s.Do(t, "GET", "/readyz", nil)
		if a.Status != 503 || strings.Count(a.Body, "\n") != 1 || strings.Contains(a.Body, "EOF") || a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%d %q", a.Status, a.Body)
		}
	}
}
