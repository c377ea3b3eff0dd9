package httpx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// logbook is a log that tests read.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// last gives the last line.
func (l *logbook) last(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	line := map[string]any{}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		t.Fatal(err)
	}
	return line
}

// plain answers errors as text, with the name of a door.
func plain(door string) httpx.ErrorRenderer {
	return func(c echo.Context, err error) error {
		return c.String(httpx.Status(errs.KindOf(err)), door+": "+httpx.Message(c, err))
	}
}

// router makes a router of some routes, and its log.
func router(t testing.TB, routes []httpx.Route, middleware ...echo.MiddlewareFunc) (*echo.Echo, *logbook) {
	t.Helper()
	log := &logbook{}
	e := httpx.New(httpx.Settings{
		Log: slog.New(slog.NewJSONHandler(log, nil)), Errors: plain("nowhere"),
		Address: httpx.Address{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
	})
	httpx.Mount(e, plain("door"), routes, middleware...)
	return e, log
}

func get(path string, h echo.HandlerFunc) []httpx.Route {
	return []httpx.Route{{Method: "GET", Path: path, Action: "test", Handler: h}}
}

func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsAreAnsweredByTheirDoor(t *testing.T) {
	t.Parallel()
	const op = "test"
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{errs.E(op, errs.NotFound, "There is no such thing."), 404, "door: There is no such thing."},
		{errs.E(op, errs.Frozen, "Thaw it first."), 409, "door: Thaw it first."},
		{errors.New("secret of the house"), 500, "door: Something went wrong here; the administrator finds it in the log under request"},
		{fmt.Errorf("reading: %w", &http.MaxBytesError{Limit: 10}), 413, "door: The body is larger than the 10 bytes"},
		{echo.NewHTTPError(418, "teapot"), 400, "door: The request cannot be understood."},
	} {
		e, log := router(t, get("/x", func(echo.Context) error { return c.err }))
		w := ask(e, httptest.NewRequest("GET", "/x", nil))
		if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.text) || strings.Contains(w.Body.String(), "house") {
			t.Errorf("%v: %d %q", c.err, w.Code, w.Body)
		}
		if line := log.last(t); line["error"] == nil || int(line["status"].(float64)) != c.status {
			t.Errorf("logged %v", line)
		}
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	t.Parallel()
	for k := errs.Internal; k == errs.Internal || k.String() != "internal"; k++ {
		if s := httpx.Status(k); s < 400 || s == 500 && k != errs.Internal {
			t.Errorf("%v: %d", k, s)
		}
	}
}

func TestWhatHasNoRouteIsAnswered(t *testing.T) {
	t.Parallel()
	e, log := router(t, get("/x", func(c echo.Context) error { return c.NoContent(204) }))
	if w := ask(e, httptest.NewRequest("GET", "/setup-misspelt/SECRET?q=SECRET", nil)); w.Code != 404 || !strings.HasPrefix(w.Body.String(), "nowhere: There is nothing") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if strings.Contains(log.String(), "SECRET") {
		t.Error(log)
	}
	if w := ask(e, httptest.NewRequest("POST", "/x", nil)); w.Code != 405 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestRequestIsOneLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	e, log := router(t, get("/share/:secret/:name", func(c echo.Context) error {
		httpx.Set(c, "digest", "sha256:abc")
		httpx.SetActor(c, model.Actor{UserID: 1, Name: "bob", Via: model.ByToken})
		return c.String(200, "hello")
	}))
	r := httptest.NewRequest("GET", "/share/SECRET/hello?token=SECRET", nil)
	r.Header.Set("Authorization", "Bearer SECRET")
	r.Header.Set("X-Request-Id", "SECRET")
	w := ask(e, r)
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines", n)
	}
	if strings.Contains(log.String(), "SECRET") {
		t.Error(log)
	}
	line := log.last(t)
	for key, want := range map[string]any{"digest": "sha256:abc", "user": "bob", "via": "token", "route": "/share/:secret/:name",
		"param.name": "hello", "status": 200.0, "bytes": 5.0, "method": "GET", "request": w.Header().Get("X-Request-Id")} {
		if line[key] != want {
			t.Errorf("%s: %v, want %v", key, line[key], want)
		}
	}
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
}

func TestPanicIsAnErrorWithItsStackInTheLogOnly(t *testing.T) {
	t.Parallel()
	e, log := router(t, get("/x", func(echo.Context) error { panic("boom") }))
	w := ask(e, httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if line := log.last(t); line["level"] != "ERROR" || !strings.Contains(fmt.Sprint(line["stack"]), "httpx_test.go") {
		t.Errorf("logged %v", line)
	}
}

func TestAnswerThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	e, _ := router(t, get("/x", func(c echo.Context) error {
		c.Response().Write([]byte("half"))
		c.Response().Flush()
		return errors.New("no more")
	}))
	s := httptest.NewUnstartedServer(e)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	s.Start()
	defer s.Close()
	response, err := http.Get(s.URL + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(response.Body); err == nil {
		t.Errorf("%q passes for the whole answer", &b)
	}
}

func TestRateLimitTellsWhenToComeBack(t *testing.T) {
	t.Parallel()
	e, _ := router(t, get("/x", func(echo.Context) error { return errs.RetryIn("test", 1500*time.Millisecond, "Wait.") }))
	if w := ask(e, httptest.NewRequest("GET", "/x", nil)); w.Code != 429 || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestClientAddressIsBelievedFromProxiesOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ peer, forwarded, address, source string }{
		{"192.0.2.1:5", "", "192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:5", "198.51.100.7", "192.0.2.1", "192.0.2.1"},
		{"10.0.0.1:5", "198.51.100.7", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:5", "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:5", "6.6.6.6, garbage, 10.0.0.2", "10.0.0.2", "10.0.0.2"},
		{"10.0.0.1:5", "", "10.0.0.1", "10.0.0.1"},
		{"[::ffff:10.0.0.1]:5", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:5", "", "fe80::1", "fe80::/64"},
	} {
		var address, source string
		e, _ := router(t, get("/x", func(e echo.Context) error {
			address, source = e.RealIP(), httpx.Source(e)
			return nil
		}))
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		r.Header.Set("X-Real-Ip", "6.6.6.6")
		ask(e, r)
		if address != c.address || source != c.source {
			t.Errorf("%+v: address %s, source %s", c, address, source)
		}
	}
}
