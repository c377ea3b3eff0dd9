package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// password is a good one for every account of these tests.
const password = "correct horse battery"

// fixture is a service over an empty database, with a clock that only the test moves.
type fixture struct {
	*identity.Service
	db    *store.DB
	clock *clock
	dir   string // of the server key
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

func newFixture(t testing.TB, options ...identity.Option) *fixture {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)}
	db := storetest.New(t, store.WithClock(c.time))
	dir := t.TempDir()
	s, err := identity.Open(t.Context(), db, dir, append([]identity.Option{identity.WithClock(c.time), identity.WithCheapPasswords()}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{s, db, c, dir}
}

// until waits for something that is done in the background.
func (f *fixture) until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// person makes an account and signs it in.
func (f *fixture) person(t testing.TB, name string) model.Actor {
	t.Helper()
	return f.create(t, identity.NewUser{Name: name, Password: password})
}

func (f *fixture) admin(t testing.TB, name string) model.Actor {
	t.Helper()
	return f.create(t, identity.NewUser{Name: name, Password: password, Admin: true})
}

func (f *fixture) create(t testing.TB, n identity.NewUser) model.Actor {
	t.Helper()
	u, err := f.CreateUser(t.Context(), model.Console, n)
	if err != nil {
		t.Fatal(err)
	}
	return model.Actor{UserID: u.ID, Name: u.Name, Admin: u.Admin, Via: model.ByPassword, Scope: model.ScopeAll}
}

// token makes a token and gives its text.
func (f *fixture) token(t testing.TB, a model.Actor, n identity.NewToken) (model.Token, string) {
	t.Helper()
	token, secret, err := f.CreateToken(t.Context(), a, n)
	if err != nil {
		t.Fatal(err)
	}
	return token, secret
}

// wantError fails unless err is of a kind and its sentence holds some words.
func wantError(t testing.TB, err error, kind errs.Kind, words string) {
	t.Helper()
	if !errs.Is(err, kind) || !strings.Contains(errs.Message(err), words) {
		t.Errorf("got %v error %q (%v), want %v with %q", errs.KindOf(err), errs.Message(err), err, kind, words)
	}
}
