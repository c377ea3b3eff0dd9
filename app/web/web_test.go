package web_test

import (
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/web"
)

// fixture is a registry with the web site, on a clock that only the test moves.
type fixture struct {
	*doortest.Site
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// journal is a log that may be read while the server still writes to it.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// newFixture runs the site; public is the address that it tells people, the real one if
// it is empty.
func newFixture(t testing.TB, public string, options ...doortest.Option) *fixture {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)}
	f := &fixture{doortest.New(t, append([]doortest.Option{doortest.WithClock(c.time)}, options...)...), c}
	f.mount(t, public)
	return f
}

// at is the same registry by a server of its own, which tells another address.
func (f *fixture) at(t testing.TB, public string) *fixture {
	t.Helper()
	other := *f.Site
	other.Echo = httpx.New(httpx.Settings{Log: slog.New(slog.DiscardHandler), Errors: f.Unrouted})
	server := httptest.NewServer(other.Echo)
	t.Cleanup(server.Close)
	other.URL = server.URL
	there := &fixture{&other, f.clock}
	there.mount(t, public)
	return there
}

// mount mounts the site as the program does.
func (f *fixture) mount(t testing.TB, public string) {
	t.Helper()
	if public == "" {
		public = f.URL
	}
	address, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	sameOrigin, err := httpx.SameOrigin(address)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(f.Registry, f.Identity, web.Settings{Version: "1.2.3", Public: address, Now: f.clock.time})
	limits := httpx.NewLimits(httpx.Rate{PerSecond: 1000, Burst: 1000}, httpx.Rate{PerSecond: 1000, Burst: 1000})
	f.Mount(site.Errors, site.Pages(), sameOrigin, httpx.Authenticate(site.Visitor, limits))
	f.Mount(site.UploadErrors, site.Uploads(), sameOrigin, httpx.Authenticate(site.Visitor, limits))
	f.Mount(site.Errors, site.Assets())
	f.Unrouted = site.Errors
}

// signInOnly are the settings of a site that shows nothing to who is not signed in.
func signInOnly() doortest.Option {
	return doortest.WithSettings(registry.Settings{UserCollections: true, SignIn: true, Grace: time.Hour, UploadLife: time.Hour})
}

// browser is one person's: it keeps cookies, and follows no redirect by itself.
type browser struct {
	*fixture
	t      testing.TB
	client *http.Client
}

func (f *fixture) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{f, t, &http.Client{Jar: jar, CheckRedirect: stay}}
}

// requireSignedIn is a browser with somebody's session, which was begun without the form: that
// would cost the hashing of a password each time.
func (f *fixture) signedIn(t testing.TB, actor model.Actor) *browser {
	t.Helper()
	b, w, r := f.browser(t), httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, f.URL, nil)
	if err := f.Identity.SignIn(w, r, "192.0.2.1", actor); err != nil {
		t.Fatal(err)
	}
	b.client.Jar.SetCookies(r.URL, w.Result().Cookies())
	return b
}

// page is what a browser was answered.
type page struct {
	*goquery.Document
	b      *browser
	status int
	header http.Header
	html   string
}

func (b *browser) get(path string, header ...string) page {
	b.t.Helper()
	return b.send(http.MethodGet, path, "", header...)
}

// post sends a form from a page of the site; fields are names and values in turn.
func (b *browser) post(path string, fields ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form.Encode(), "Sec-Fetch-Site", "same-origin", "Origin", b.URL,
		"Content-Type", "application/x-www-form-urlencoded")
}

func (b *browser) send(method, path, body string, header ...string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	document, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	html, err := document.Html()
	if err != nil {
		b.t.Fatal(err)
	}
	return page{document, b, response.StatusCode, response.Header, html}
}

// is fails the test unless the page has a status.
func (p page) is(status int) page {
	p.b.t.Helper()
	if p.status != status {
		p.b.t.Fatalf("status %d, want %d; %s", p.status, status, p.text("main"))
	}
	return p
}

// leadsTo fails the test unless the browser is sent on to a path, and gives the page there.
func (p page) leadsTo(path string) page {
	p.b.t.Helper()
	p.is(http.StatusSeeOther)
	if got := p.header.Get("Location"); got != path {
		p.b.t.Fatalf("leads to %q, want %q", got, path)
	}
	return p.b.get(path)
}

// text gives what a person reads in the elements that a selector finds.
func (p page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// says fails the test unless an element holds a text.
func (p page) says(selector, want string) page {
	p.b.t.Helper()
	if got := p.text(selector); !strings.Contains(got, want) {
		p.b.t.Errorf("%s says %q, want %q", selector, got, want)
	}
	return p
}

// lines gives the text of every element that a selector finds.
func (p page) lines(selector string) []string {
	return p.Find(selector).Map(func(_ int, s *goquery.Selection) string { return s.Text() })
}

// viewer is whom the page calls signed in; "" for nobody.
func (p page) viewer() string { return p.text(".masthead .who bdi") }

// path reads a name that the test itself wrote.
func path(t testing.TB, name string) ref.Path {
	t.Helper()
	return doortest.Path(t, name)
}

// cookie gives the header by which the browser tells who it is.
func (b *browser) cookie() string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.URL, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	return r.Header.Get("Cookie")
}
