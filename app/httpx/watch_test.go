package httpx_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// watched is a router whose watchers note what they are told.
type watched struct {
	*echo.Echo
	mu     sync.Mutex
	denied []model.Event
	served []httpx.Served
	log    bytes.Buffer
}

func watch(t *testing.T, routes ...httpx.Route) *watched {
	t.Helper()
	w := &watched{}
	w.Echo = httpx.New(httpx.Settings{
		Log: slog.New(slog.NewJSONHandler(&w.log, nil)), Errors: plain("nowhere"), Address: httpx.Address{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		Denied: func(e model.Event) { w.mu.Lock(); defer w.mu.Unlock(); w.denied = append(w.denied, e) },
		Served: func(s httpx.Served) { w.mu.Lock(); defer w.mu.Unlock(); w.served = append(w.served, s) },
	})
	for at := range routes {
		routes[at].Door = "test"
	}
	httpx.Mount(w.Echo, plain("door"), routes)
	return w
}

func TestWhatWasDeniedIsToldWithWhoAsked(t *testing.T) {
	t.Parallel()
	denial := errs.Denial{Action: "read", Target: "library/lab/hello", Collection: 7}
	fails := func(err error) echo.HandlerFunc {
		return func(c echo.Context) error {
			httpx.SetActor(c, model.Actor{UserID: 3, Name: "bob", Via: model.ByToken, Token: "abc", TokenName: "ci"})
			return err
		}
	}
	e := watch(t,
		httpx.Route{Method: "GET", Path: "/hidden", Action: "read", Handler: fails(errs.Wrap("x", errs.Deny("x", errs.E("x", errs.NotFound, "No."), denial)))},
		httpx.Route{Method: "GET", Path: "/forbidden/:name/:secret", Action: "manage", Handler: fails(errs.E("x", errs.Forbidden, "No."))},
		httpx.Route{Method: "GET", Path: "/page", Action: "sign in", Handler: func(c echo.Context) error {
			httpx.Refuse(c, errs.Deny("x", errs.E("x", errs.Unauthenticated, "Wrong."), errs.Denial{Action: "sign-in", Target: "eve"}))
			return c.String(422, "again")
		}},
		httpx.Route{Method: "GET", Path: "/ask", Action: "read", Handler: fails(errs.E("x", errs.Unauthenticated, "Who?"))},
		httpx.Route{Method: "GET", Path: "/missing", Action: "read", Handler: fails(errs.E("x", errs.NotFound, "None."))},
		httpx.Route{Method: "GET", Path: "/fine", Action: "read", Handler: func(c echo.Context) error { return c.String(200, "ok") }},
	)
	for _, path := range []string{"/hidden", "/forbidden/lab/s3cret", "/page", "/ask", "/missing", "/fine"} {
		ask(e, httptest.NewRequest("GET", path, nil))
	}
	var got []string
	for _, d := range e.denied {
		if d.Source != "192.0.2.1" || len(d.Request) != 16 {
			t.Errorf("from %q by request %q", d.Source, d.Request)
		}
		got = append(got, strings.Join([]string{d.Actor, d.TokenName, d.Action, d.Target, d.Details["reason"]}, " "))
	}
	want := []string{"bob ci read library/lab/hello not_found", "bob ci manage /forbidden/lab/:secret forbidden", "  sign-in eve unauthenticated"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(e.denied) > 0 && e.denied[0].Collection != 7 {
		t.Errorf("%+v", e.denied[0])
	}
}

func TestServedIsToldByRouteAndNeverByName(t *testing.T) {
	t.Parallel()
	e := watch(t, httpx.Route{Method: "POST", Path: "/c/:name", Action: "push", Handler: func(c echo.Context) error {
		body := make([]byte, 100)
		n, _ := c.Request().Body.Read(body)
		return c.String(201, string(body[:n])+"!")
	}})
	ask(e, httptest.NewRequest("POST", "/c/secret-name", strings.NewReader("hello")))
	ask(e, httptest.NewRequest("GET", "/wp-login.php", nil))
	ask(e, httptest.NewRequest("BREW", "/c/x", nil))
	if len(e.served) != 3 {
		t.Fatalf("%d requests", len(e.served))
	}
	for at := range e.served {
		e.served[at].Took = 0
	}
	nowhere := httpx.Served{Door: "none", Method: "none", Route: "none", Status: 404, Sent: e.served[1].Sent}
	refused := httpx.Served{Door: "none", Method: "none", Route: "none", Status: 405, Sent: e.served[2].Sent}
	want := []httpx.Served{{Door: "test", Method: "POST", Route: "/c/:name", Status: 201, Received: 5, Sent: 6}, nowhere, refused}
	if diff := cmp.Diff(want, e.served); diff != "" {
		t.Error(diff)
	}
}

func TestRequestIDIsTakenFromATrustedProxyOnly(t *testing.T) {
	t.Parallel()
	e := watch(t, httpx.Route{Method: "GET", Path: "/x", Action: "test", Handler: func(c echo.Context) error { return c.String(200, httpx.RequestID(c)) }})
	for name, c := range map[string]struct {
		from, id string
		taken    bool
	}{
		"from a proxy":     {"10.1.2.3:4", "abc-DEF_1.2", true},
		"from a stranger":  {"192.0.2.1:4", "abc", false},
		"with a newline":   {"10.1.2.3:4", "abc\nlevel=ERROR", false},
		"longer than that": {"10.1.2.3:4", strings.Repeat("a", 65), false},
		"none":             {"10.1.2.3:4", "", false},
	} {
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = c.from
		r.Header["X-Request-Id"] = []string{c.id}
		w := ask(e, r)
		if got := w.Header().Get("X-Request-Id"); got == "" || got != w.Body.String() || (got == c.id) != c.taken {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestQuietRouteIsLoggedWhenItFails(t *testing.T) {
	t.Parallel()
	fail := false
	e := watch(t, httpx.Route{Method: "GET", Path: "/livez", Action: "none", Quiet: true, Handler: func(c echo.Context) error {
		if fail {
			return errs.E("x", errs.Unavailable, "Not now.")
		}
		return c.NoContent(200)
	}})
	if ask(e, httptest.NewRequest("GET", "/livez", nil)); e.log.Len() > 0 {
		t.Errorf("it says %s", &e.log)
	}
	fail = true
	if ask(e, httptest.NewRequest("GET", "/livez", nil)); !strings.Contains(e.log.String(), "Not now.") {
		t.Errorf("it says %q", &e.log)
	}
}
