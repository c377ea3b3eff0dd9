package app_test

import (
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"sregistry/app/doortest"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
)

var every = flag.Int("every", 40, "which of the points of TestProofEveryStep, and ten times as seldom of TestProofDatabaseFaults, are looked at; the long form looks at all")

// A registry that dies at any step of any change, before and after each call for a file and
// each commit, leaves a folder that the next one takes up: what was acknowledged is there
// and whole, the change is done or not done, and never by half; asked for again, it is
// done; and after a sweep nothing is left that nobody needs.
func TestProofEveryStep(t *testing.T) {
	t.Parallel()
	nth := *every
	if *long {
		nth = 1
	}
	furnished := furnish(t)
	w := &watcher{t: t, to: t.TempDir(), every: nth}
	points, looked, done, violations := 0, 0, 0, 0
	for _, a := range acts() {
		n, at, was, bad := furnished.play(t, a, w)
		t.Logf("%-32s %4d points, %4d looked at, %d violations", a.name, n, at, bad)
		points, looked, done, violations = points+n, looked+at, done+was, violations+bad
	}
	t.Logf("%d points, %d looked at (in %d the change was done already), %d violations", points, looked, done, violations)
}

// play has an act done, and looks at what the registry would have left that died at its
// points, and after its end. It gives how many points there were, and at how many it looked.
func (s *stage) play(t testing.TB, a act, w *watcher) (points, looked, done, violations int) {
	e := &episode{TB: t}
	defer e.end()
	w.data = t.TempDir()
	must(t, os.CopyFS(w.data, os.DirFS(s.dir)))
	s = s.open(e, w.data, doortest.WithFiles(w.files), doortest.WithCommits(w.around))
	if a.arrange != nil {
		must(t, a.arrange(s))
	}
	before := s.shown()
	w.begin()
	if err := a.do(s); err != nil {
		t.Fatalf("%s: %v", a.name, err)
	}
	points, copies := w.end()
	after := s.shown()
	acknowledged := copied{points, t.TempDir()}
	must(t, os.CopyFS(acknowledged.dir, os.DirFS(w.data)))
	var looks errgroup.Group
	looks.SetLimit(4) // they mostly wait for the disk
	var mu sync.Mutex
	for _, left := range append(copies, acknowledged) {
		looks.Go(func() error {
			allowed := [][]string{before, after}
			if left == acknowledged {
				allowed = allowed[1:]
			}
			wasDone, problems := s.survives(a, left.dir, allowed, after)
			for _, p := range problems {
				t.Errorf("%s, killed at point %d of %d: %s", a.name, left.point, points, p)
			}
			mu.Lock()
			defer mu.Unlock()
			if len(problems) > 0 {
				violations++
			}
			if wasDone {
				done++
			}
			return os.RemoveAll(left.dir)
		})
	}
	must(t, looks.Wait())
	return points, len(copies) + 1, done, violations
}

// stage is a registry on which something is done.
type stage struct {
	t     testing.TB
	home  string // for what is no data of the registry
	dir   string
	site  *doortest.Site
	ahead *atomic.Int64 // by how much the clock goes fast, in nanoseconds
	alice model.Actor
	token string
	// cookie is that of her browser, first the image lab/old:v1, undo the number by which
	// the last change is undone.
	cookie string
	first  model.Image
	undo   string
}

// furnish makes the folder that all begin with.
func furnish(t *testing.T) *stage {
	s := (&stage{home: t.TempDir()}).open(t, t.TempDir())
	s.alice = s.site.User(t, "alice")
	s.token = s.site.Token(t, s.alice)
	w := httptest.NewRecorder()
	must(t, s.site.Identity.SignIn(w, httptest.NewRequest("POST", "/sign-in", nil), "127.0.0.1", s.alice))
	c := w.Result().Cookies()[0]
	s.cookie = c.Name + "=" + c.Value
	for n, name := range []string{"lab/old:v1", "lab/old:v2", "lab/other:v1"} {
		name, tag, _ := strings.Cut(name, ":")
		must(t, pushBytes(t.Context(), s.site.URL, s.token, name, tag, s.image(uint64(n))))
	}
	var err error
	s.first, err = s.site.Registry.Image(t.Context(), s.alice, doortest.Path(t, "lab/old"), ref.Reference{Tag: "v1"}, "")
	must(t, err)
	return s
}

// open runs a registry on a folder, for the people of this one.
func (s *stage) open(t testing.TB, dir string, options ...doortest.Option) *stage {
	t.Helper()
	other := *s
	other.t, other.dir, other.ahead = t, dir, &atomic.Int64{}
	now := func() time.Time { return time.Now().Add(time.Duration(other.ahead.Load())) }
	other.site = doortest.New(t, append(options, doortest.WithData(dir), doortest.WithClock(now))...)
	mountAll(t, other.site)
	return &other
}

// later lets two days pass, after which all that was deleted or left is to go.
func (s *stage) later() {
	s.ahead.Add(int64(49 * time.Hour))
	for _, name := range []string{"blobs", "uploads"} {
		age(s.t, filepath.Join(s.dir, name), 49*time.Hour)
	}
}

func (s *stage) image(seed uint64) []byte { return siftestBytes(s.t, seed, 50_000) }

// shown is all that alice sees by its name: each tag, with the digest of what comes when it
// is pulled.
func (s *stage) shown() (list []string) {
	s.t.Helper()
	for _, name := range []string{"lab/old", "lab/other", "lab/gone", "fresh/tool", "away/x"} {
		path := doortest.Path(s.t, name)
		tags, _, err := s.site.Registry.Tags(s.t.Context(), s.alice, path, model.Page{})
		if errs.Is(err, errs.NotFound) {
			continue
		}
		must(s.t, err)
		for _, tag := range tags {
			i, err := s.site.Registry.Image(s.t.Context(), s.alice, path, ref.Reference{Tag: tag.Name}, "")
			must(s.t, err)
			list = append(list, fmt.Sprintf("%s:%s %s frozen=%v", name, tag.Name, s.pulled(i), tag.Frozen))
		}
	}
	return list
}

// pulled reads the file of an image, and gives what it hashes to.
func (s *stage) pulled(i model.Image) string {
	f, err := s.site.Registry.OpenFile(i)
	if err != nil {
		return errs.Message(err)
	}
	defer f.Close()
	d, err := digest.FromReader(io.Reader(f))
	if err != nil {
		return err.Error()
	}
	return string(d)
}

// survives opens what a registry left that died during an act, and reports whether the act was
// done, and what is wrong.
func (s *stage) survives(a act, left string, allowed [][]string, after []string) (done bool, problems []string) {
	e := &episode{TB: s.t}
	defer e.end()
	again := s.open(e, left, doortest.WithFiles(quick))
	again.ahead.Store(s.ahead.Load())
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if err := again.site.Registry.Keeper.ReleaseReservations(e.Context()); err != nil {
		wrong("recover: %v", err)
	}
	again.check(wrong, false)
	now := again.shown()
	if !slices.ContainsFunc(allowed, func(state []string) bool { return slices.Equal(state, now) }) {
		wrong("shows %q, not one of %q", now, allowed)
	}
	if done = slices.Equal(now, after); !done {
		if err := a.do(again); err != nil {
			wrong("asked for again: %v", err)
		}
	}
	again.later()
	if _, err := again.site.Registry.Keeper.Sweep(e.Context()); err != nil {
		wrong("sweep: %v", err)
	}
	again.check(wrong, true)
	if now := again.shown(); !slices.Equal(now, after) {
		wrong("after all shows %q, not %q", now, after)
	}
	return done, problems
}

// check has the whole folder read. After a sweep there is nothing in it without a row.
func (s *stage) check(wrong func(string, ...any), swept bool) {
	found, err := s.site.Registry.Keeper.Check(s.t.Context(), true, nil)
	if err != nil || len(found.Damage) > 0 {
		wrong("check: %v %q", err, found.Damage)
	}
	if !swept {
		return
	}
	uploads, err := os.ReadDir(filepath.Join(s.dir, "uploads"))
	if err != nil || len(uploads) > 0 || found.Strays > 0 {
		wrong("after the sweep %d uploads and %d strays are left, %v", len(uploads), found.Strays, err)
	}
}

// episode is a part of a test: what it opens is closed when it ends.
type episode struct {
	testing.TB
	cleanups []func()
}

// Cleanup is that of testing.TB, for the episode.
func (e *episode) Cleanup(f func()) { e.cleanups = append(e.cleanups, f) }

// TempDir gives a folder that is gone when the episode ends: a proof has thousands of them.
func (e *episode) TempDir() string {
	dir, err := os.MkdirTemp(e.TB.TempDir(), "")
	must(e, err)
	e.Cleanup(func() { must(e, os.RemoveAll(dir)) })
	return dir
}

func (e *episode) end() {
	for _, f := range slices.Backward(e.cleanups) {
		f()
	}
	e.cleanups = nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
