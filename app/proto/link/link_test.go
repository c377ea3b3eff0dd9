package link_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/proto/link"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// fixture is a registry with this door, a clock that a test can move, and an image.
type fixture struct {
	*doortest.Site
	clock atomic.Int64
	log   logged
	admin model.Actor
	alice model.Actor
	file  []byte
	image model.Image
}

// logged is what the server has logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (f *fixture) now() time.Time          { return time.Unix(f.clock.Load(), 0) }
func (f *fixture) advance(d time.Duration) { f.clock.Add(int64(d / time.Second)) }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{}
	f.clock.Store(time.Date(2026, 11, 22, 13, 30, 0, 0, time.UTC).Unix())
	f.Site = doortest.New(t, doortest.WithClock(f.now), doortest.WithLog(&f.log))
	plenty := httpx.Rate{PerSecond: 1e6, Burst: 1e6}
	f.Mount(link.Errors, link.Routes(link.Settings{Registry: f.Registry, Identity: f.Identity, Limits: httpx.NewLimits(plenty, plenty)}))
	f.admin, f.alice = f.Admin(t, "root"), f.User(t, "alice")
	f.file = siftest.SIF(t, siftest.Options{})
	f.image = f.Push(t, f.alice, "lab/hello", "latest", siftest.Options{})
	return f
}

// share makes a link and gives its path.
func (f *fixture) share(t *testing.T) string {
	t.Helper()
	_, secret, err := f.Registry.Share(t.Context(), f.alice, doortest.Path(t, "lab/hello"), ref.Reference{Tag: "latest"}, "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return "/share/" + secret
}

func (f *fixture) ticket(a model.Actor) string {
	return "/download/" + f.Identity.SignTicket(a, f.image.ID)
}

// wantGone fails the test unless an address is as good as none.
func (f *fixture) wantGone(t *testing.T, path string) {
	t.Helper()
	a := f.Do(t, http.MethodGet, path, nil)
	if a.Status != http.StatusNotFound || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") || len(strings.Fields(a.Body)) < 4 {
		t.Errorf("%s: %d %q", path, a.Status, a.Body)
	}
	if head := f.Do(t, http.MethodHead, path, nil); head.Status != http.StatusNotFound {
		t.Errorf("HEAD %s: %d", path, head.Status)
	}
}

func TestDownloadByBothKindsOfAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{f.share(t), f.share(t) + "/anything.sif", f.ticket(f.alice)} {
		head := f.Do(t, http.MethodHead, path, nil)
		a := f.Do(t, http.MethodGet, path, nil)
		if head.Status != http.StatusOK || a.Status != http.StatusOK || a.Body != string(f.file) {
			t.Fatalf("%s: %d, %d, %d bytes", path, head.Status, a.Status, len(a.Body))
		}
		for _, name := range []string{"Content-Length", "ETag", "Content-Type", "Content-Disposition", "Cache-Control"} {
			if head.Header.Get(name) == "" || head.Header.Get(name) != a.Header.Get(name) {
				t.Errorf("%s: %s is %q by HEAD, %q by GET", path, name, head.Header.Get(name), a.Header.Get(name))
			}
		}
		if a.Header.Get("ETag") != `"`+f.image.Content.String()+`"` || a.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%v", a.Header)
		}
		part := f.Do(t, http.MethodGet, path, nil, "Range", "bytes=100-199", "If-Range", a.Header.Get("ETag"))
		if part.Status != http.StatusPartialContent || part.Body != string(f.file[100:200]) {
			t.Errorf("%s: part %d, %d bytes", path, part.Status, len(part.Body))
		}
		same := f.Do(t, http.MethodGet, path, nil, "If-None-Match", a.Header.Get("ETag"))
		if same.Status != http.StatusNotModified || same.Body != "" {
			t.Errorf("%s: %d", path, same.Status)
		}
	}
	if name := f.Do(t, http.MethodHead, f.share(t), nil).Header.Get("Content-Disposition"); name != "attachment; filename=hello_latest.sif" {
		t.Errorf("Content-Disposition %q", name)
	}
}

// A link that is not known, taken back, or expired is the same to whoever has it.
func TestLinkThatIsNotGoodIsNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	unknown := f.Do(t, http.MethodGet, "/share/nope", nil)
	f.wantGone(t, "/share/nope")
	f.wantGone(t, "/share/nope/hello.sif")
	expired := f.share(t)
	f.advance(61 * time.Minute)
	f.wantGone(t, expired)
	if a := f.Do(t, http.MethodGet, expired, nil); a.Body != unknown.Body {
		t.Errorf("expired: %q, unknown: %q", a.Body, unknown.Body)
	}
	orphan := f.share(t)
	if err := f.Identity.SetDisabled(t.Context(), f.admin, "alice", true); err != nil {
		t.Fatal(err)
	}
	f.wantGone(t, orphan)
}

func TestTicketEndsWithTheRightsOfItsUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.User(t, "bob")
	f.wantGone(t, f.ticket(model.Anonymous))
	f.wantGone(t, f.ticket(bob))
	f.SetRole(t, f.alice, "lab", "bob", model.Contributor)
	ticket := f.ticket(bob)
	if a := f.Do(t, http.MethodGet, ticket, nil); a.Status != http.StatusOK {
		t.Fatalf("contributor: %d", a.Status)
	}
	f.SetRole(t, f.alice, "lab", "bob", model.NoRole)
	f.wantGone(t, ticket)
	f.Publish(t, f.alice, "lab")
	if a := f.Do(t, http.MethodGet, f.ticket(model.Anonymous), nil); a.Status != http.StatusOK {
		t.Errorf("public: %d", a.Status)
	}
	if err := f.Identity.SetDisabled(t.Context(), f.admin, "bob", true); err != nil {
		t.Fatal(err)
	}
	f.wantGone(t, ticket)
}

func TestTicketThatIsNotGoodIsNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ticket := f.ticket(f.alice)
	changed := []byte(ticket)
	if changed[30]++; ticket[30] == 'z' {
		changed[30] = 'a'
	}
	for _, path := range []string{"/download/x", "/download/" + strings.Repeat("A", 100), ticket[:len(ticket)-2], string(changed)} {
		f.wantGone(t, path)
	}
	f.advance(identity.TicketLife + time.Second)
	f.wantGone(t, ticket)
	if _, err := f.Registry.DeleteTag(t.Context(), f.alice, doortest.Path(t, "lab/hello"), "latest", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Registry.DeleteImage(t.Context(), f.alice, doortest.Path(t, "lab/hello"), f.image.Content); err != nil {
		t.Fatal(err)
	}
	f.wantGone(t, f.ticket(f.alice))
}

func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	paths := []string{f.share(t), f.share(t) + "/hello.sif", f.ticket(f.alice), "/share/unknownsecret", "/download/unknownticket"}
	for _, path := range paths {
		f.Do(t, http.MethodGet, path, nil)
	}
	text := f.log.String()
	if n := strings.Count(text, `"msg":"request"`); n != len(paths) {
		t.Errorf("%d requests were logged", n)
	}
	for _, path := range paths {
		if secret := strings.Split(path, "/")[2]; strings.Contains(text, secret) {
			t.Errorf("%s is in the log:\n%s", secret, text)
		}
	}
}
