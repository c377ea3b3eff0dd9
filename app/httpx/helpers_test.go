package httpx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

func TestReadJSON(t *testing.T) {
	t.Parallel()
	type wish struct {
		Name  string `json:"name"`
		Count int    `json:"count"`
	}
	var got wish
	var failed error
	e, _ := router(t, []httpx.Route{{Method: "POST", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		got = wish{}
		failed = httpx.ReadJSON(c, &got)
		return failed
	}}})
	for _, c := range []struct {
		body, words string
		kind        errs.Kind
	}{
		{"", "empty", errs.Invalid},
		{"{", "not the JSON", errs.Invalid},
		{"hello", "byte 1", errs.Invalid},
		{`{"name": 3}`, `"name" cannot be a JSON number`, errs.Invalid},
		{`{"nmae": "x"}`, "misspelt", errs.Invalid},
		{`{"name": "x"} {}`, "more than one", errs.Invalid},
		{`{"name": "` + strings.Repeat("x", httpx.MaxJSON) + `"}`, "larger", errs.TooLarge},
	} {
		ask(e, httptest.NewRequest("POST", "/x", strings.NewReader(c.body)))
		if !errs.Is(failed, c.kind) || !strings.Contains(errs.Message(failed), c.words) {
			t.Errorf("%.40q: %v", c.body, failed)
		}
	}
	r := httptest.NewRequest("POST", "/x", strings.NewReader(` {"name": "x", "count": 2} `))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if ask(e, r); failed != nil || got != (wish{"x", 2}) {
		t.Errorf("%+v, %v", got, failed)
	}
}

// A stranger's body is held in memory before he is refused, so it is little of it.
func TestReadJSONTakesLessOfStrangers(t *testing.T) {
	t.Parallel()
	var failed error
	read := func(c echo.Context) error {
		var got struct{ Name string }
		failed = httpx.ReadJSON(c, &got)
		return failed
	}
	e, _ := router(t, []httpx.Route{{Method: "POST", Path: "/stranger", Action: "test", Handler: read},
		{Method: "POST", Path: "/user", Action: "test", Handler: func(c echo.Context) error {
			httpx.SetActor(c, model.Actor{UserID: 1})
			return read(c)
		}}})
	body := `{"name": "` + strings.Repeat("x", 100<<10) + `"}`
	if ask(e, httptest.NewRequest("POST", "/user", strings.NewReader(body))); failed != nil {
		t.Errorf("a user: %v", failed)
	}
	if ask(e, httptest.NewRequest("POST", "/stranger", strings.NewReader(body))); !errs.Is(failed, errs.TooLarge) {
		t.Errorf("a stranger: %v", failed)
	}
}

func TestReadLooseJSONPassesOverWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	var got struct{ Name string }
	var failed error
	e, _ := router(t, []httpx.Route{{Method: "POST", Path: "/x", Action: "test", Handler: func(c echo.Context) error {
		failed = httpx.ReadLooseJSON(c, &got)
		return failed
	}}})
	if ask(e, httptest.NewRequest("POST", "/x", strings.NewReader(`{"name": "x", "more": [1]}`))); failed != nil || got.Name != "x" {
		t.Errorf("%+v, %v", got, failed)
	}
	if ask(e, httptest.NewRequest("POST", "/x", strings.NewReader(`{"name": 3}`))); !errs.Is(failed, errs.Invalid) {
		t.Errorf("%v", failed)
	}
}

func TestReadPage(t *testing.T) {
	t.Parallel()
	var page model.Page
	var failed error
	e, _ := router(t, get("/x", func(c echo.Context) error {
		page, failed = httpx.ReadPage(c)
		return failed
	}))
	for query, want := range map[string]model.Page{"": {Limit: 50}, "?after=a/b&limit=200": {After: "a/b", Limit: 200}} {
		if ask(e, httptest.NewRequest("GET", "/x"+query, nil)); failed != nil || page != want {
			t.Errorf("%q: %+v, %v", query, page, failed)
		}
	}
	for _, limit := range []string{"0", "-1", "201", "x", "1e3"} {
		if ask(e, httptest.NewRequest("GET", "/x?limit="+limit, nil)); !errs.Is(failed, errs.Invalid) {
			t.Errorf("limit %s: %v", limit, failed)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	public, err := url.Parse("https://registry.example.org/")
	if err != nil {
		t.Fatal(err)
	}
	guard, err := httpx.SameOrigin(public)
	if err != nil {
		t.Fatal(err)
	}
	done := func(c echo.Context) error { return c.NoContent(204) }
	routes := append(get("/x", done), httpx.Route{Method: "POST", Path: "/x", Action: "test", Handler: done})
	e, _ := router(t, routes, guard)
	for _, c := range []struct {
		method, header, value string
		status                int
	}{
		{"POST", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", "Sec-Fetch-Site", "same-site", 403},
		{"POST", "Sec-Fetch-Site", "same-origin", 204},
		{"POST", "Origin", "https://evil.example.org", 403},
		{"POST", "Origin", "null", 403},
		{"POST", "Origin", "https://registry.example.org", 204}, // though the proxy rewrote Host
		{"POST", "Origin", "http://internal:8080", 204},         // without a proxy
		{"POST", "X-Nothing", "", 204},
		{"GET", "Sec-Fetch-Site", "cross-site", 204},
	} {
		r := httptest.NewRequest(c.method, "/x", nil)
		r.Host = "internal:8080"
		r.Header.Set(c.header, c.value)
		if w := ask(e, r); w.Code != c.status {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
}

// page is a component that writes something, and may fail then.
type page struct {
	text string
	err  error
}

func (p page) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, p.text)
	return errors.Join(err, p.err)
}

func TestRenderGivesAWholePageOrAnError(t *testing.T) {
	t.Parallel()
	p := page{text: "<p>hello"}
	e, _ := router(t, get("/x", func(c echo.Context) error { return httpx.Render(c, 422, p) }))
	w := ask(e, httptest.NewRequest("GET", "/x", nil))
	if w.Code != 422 || w.Body.String() != "<p>hello" || w.Header().Get("Content-Type") != "text/html; charset=UTF-8" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
	p.err = errors.New("boom")
	if w := ask(e, httptest.NewRequest("GET", "/x", nil)); w.Code != 500 || strings.Contains(w.Body.String(), "hello") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestLimitsCountCallersApart(t *testing.T) {
	t.Parallel()
	limits := httpx.NewLimits(httpx.Rate{PerSecond: 0.001, Burst: 2}, httpx.Rate{PerSecond: 0.001, Burst: 5})
	who := func(c echo.Context) (model.Actor, error) {
		switch name := c.Request().Header.Get("Authorization"); name {
		case "":
			return model.Anonymous, nil
		case "wrong":
			return model.Actor{}, errs.E("test", errs.Unauthenticated, "Wrong.")
		default:
			return model.Actor{UserID: int64(len(name)), Token: name}, nil
		}
	}
	e, _ := router(t, get("/x", func(c echo.Context) error { return c.String(200, httpx.Actor(c).Token) }), httpx.Authenticate(who, limits))
	count := func(authorization, address string) (codes string) {
		for range 6 {
			r := httptest.NewRequest("GET", "/x", nil)
			r.RemoteAddr = address + ":1"
			r.Header.Set("Authorization", authorization)
			codes += fmt.Sprint(ask(e, r).Code, " ")
		}
		return codes
	}
	for _, c := range []struct{ authorization, address, want string }{
		{"", "192.0.2.1", "200 200 429 429 429 429 "},
		{"one", "192.0.2.1", "200 200 200 200 200 429 "}, // the address does not count for it
		{"two", "192.0.2.1", "200 200 200 200 200 429 "},
		{"one", "192.0.2.2", "429 429 429 429 429 429 "},
		{"wrong", "192.0.2.3", "401 401 429 429 429 429 "},
		{"", "192.0.2.4", "200 200 429 429 429 429 "},
	} {
		if got := count(c.authorization, c.address); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
