package identity_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func (f *fixture) setupLink(t *testing.T) string {
	t.Helper()
	secret, ok, err := f.SetupLink(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return secret
}

func TestSetupMakesTheFirstAdminOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret := f.setupLink(t)
	if err := f.CheckSetup(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	_, err := f.CompleteSetup(t.Context(), secret, "root", "short")
	wantError(t, err, errs.Invalid, "too short") // and the link is still good
	a, err := f.CompleteSetup(t.Context(), secret, "root-user", password)
	if err != nil || !a.Admin || a.UserID == 0 || a.Via != model.ByPassword {
		t.Fatalf("%+v, %v", a, err)
	}
	_, err = f.CompleteSetup(t.Context(), secret, "again", password)
	wantError(t, err, errs.NotFound, "no longer valid")
	if _, ok, err := f.SetupLink(t.Context()); ok || err != nil {
		t.Error("a link though there is an account", err)
	}
}

func TestSetupLinkDies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, secret := range []string{"", "x"} {
		wantError(t, f.CheckSetup(t.Context(), secret), errs.NotFound, "no longer valid")
	}
	secret := f.setupLink(t)
	f.clock.advance(time.Hour)
	wantError(t, f.CheckSetup(t.Context(), secret), errs.NotFound, "no longer valid")
	secret = f.setupLink(t)
	f.person(t, "bob") // by the command line, meanwhile
	wantError(t, f.CheckSetup(t.Context(), secret), errs.NotFound, "no longer valid")
	_, err := f.CompleteSetup(t.Context(), secret, "root-user", password)
	wantError(t, err, errs.NotFound, "no longer valid")
}

func TestSetupLinkWorksForOneOfMany(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret := f.setupLink(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		wg.Go(func() {
			if _, err := f.CompleteSetup(t.Context(), secret, name, password); err == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d accounts", made.Load())
	}
}
