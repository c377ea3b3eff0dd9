package identity_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
)

func TestPasswordSignsIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	for range 2 { // hashed, then remembered
		a, err := f.Password(t.Context(), "10.0.0.1", "Bob", password)
		if err != nil || a.UserID != bob.UserID || a.Via != model.ByPassword || a.Scope != model.ScopeAll {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

func TestWhoMayNotSignInHearsOneSentence(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.admin(t, "root")
	f.person(t, "bob")
	f.create(t, identity.NewUser{Name: "ci", Kind: model.Robot})
	f.person(t, "mallory")
	if _, err := f.Password(t.Context(), "", "mallory", password); err != nil {
		t.Fatal(err)
	}
	if err := f.SetDisabled(t.Context(), model.Console, "mallory", true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, password string }{
		{"bob", "wrong password"}, {"bob", ""}, {"bob", string(make([]byte, 5000))}, {"nobody", password}, {"ci", ""},
		{"ci", password}, {"mallory", password}, {"", ""}, {"not a name", password}, {"bob\x00", password},
	} {
		a, err := f.Password(t.Context(), c.name, c.name, c.password)
		wantError(t, err, errs.Unauthenticated, "The name or the password is wrong.")
		if !a.IsAnonymous() {
			t.Errorf("%q got in as %+v", c.name, a)
		}
	}
}

func TestChangedPasswordIsForgottenAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	bob, err := f.Password(t.Context(), "", "bob", password)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, f.ChangePassword(t.Context(), bob, "", "wrong password", "another password"), errs.Invalid, "present password")
	token := bob
	token.Via = model.ByToken
	wantError(t, f.ChangePassword(t.Context(), token, "", password, "another password"), errs.Forbidden, "signing in")
	if err := f.ChangePassword(t.Context(), bob, "", password, "another password"); err != nil {
		t.Fatal(err)
	}
	_, err = f.Password(t.Context(), "", "bob", password)
	wantError(t, err, errs.Unauthenticated, "wrong")
	if _, err := f.Password(t.Context(), "", "bob", "another password"); err != nil {
		t.Error(err)
	}
}

func TestWrongPasswordsAreSlowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	var err error
	tries := 0
	for ; tries < 50; tries++ {
		if _, err = f.Password(t.Context(), "10.0.0.1", "bob", fmt.Sprint("guess", tries)); errs.Is(err, errs.RateLimited) {
			break
		}
	}
	wantError(t, err, errs.RateLimited, "Too many")
	if tries < 3 || tries > 20 {
		t.Errorf("slowed after %d", tries)
	}
	wait := errs.RetryAfter(err)
	if wait < time.Second || wait > time.Minute {
		t.Errorf("wait %s", wait)
	}
	f.clock.advance(wait)
	if _, err := f.Password(t.Context(), "10.0.0.1", "bob", password); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestClusterBehindOneAddressIsNotLockedOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	f.person(t, "carol")
	const nat = "10.0.0.1"
	for i := range 40 { // one misconfigured job, over and over
		f.Password(t.Context(), nat, "bob", fmt.Sprint("stale", i))
	}
	if _, err := f.Password(t.Context(), nat, "carol", password); err != nil {
		t.Errorf("carol pays for bob: %v", err)
	}
	if _, err := f.Password(t.Context(), "10.0.0.2", "bob", password); err != nil {
		t.Errorf("bob is kept out elsewhere: %v", err)
	}
}

func TestOwnerGetsInWhileOthersAttackHisAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	if _, err := f.Password(t.Context(), "home", "bob", password); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(time.Hour) // so that the password itself is not remembered
	slowed := false
	for i := range 60 {
		_, err := f.Password(t.Context(), fmt.Sprint("bot", i), "bob", "a guess")
		slowed = slowed || errs.Is(err, errs.RateLimited)
	}
	if !slowed {
		t.Fatal("the attack is not slowed")
	}
	_, err := f.Password(t.Context(), "bot-new", "bob", password)
	wantError(t, err, errs.RateLimited, "")
	if _, err := f.Password(t.Context(), "home", "bob", password); err != nil {
		t.Errorf("the owner is kept out: %v", err)
	}
}

func TestThousandJobsWithOnePasswordAllGetIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if _, err := f.Password(t.Context(), "10.0.0.1", "bob", password); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestBasicTakesTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	f.person(t, "carol")
	_, secret := f.token(t, bob, identity.NewToken{Name: "docker"})
	for _, name := range []string{"bob", "Bob", "token", "carol", "oauth2accesstoken", "nobody", "", "x/y"} { // recipes for CI have fixed names
		if a, err := f.Basic(t.Context(), "", name, secret); err != nil || a.UserID != bob.UserID || a.Via != model.ByToken {
			t.Errorf("as %q: %+v, %v", name, a, err)
		}
	}
	_, err := f.Basic(t.Context(), "", "bob", secret+"x")
	wantError(t, err, errs.Unauthenticated, "")
	if a, err := f.Basic(t.Context(), "", "bob", password); err != nil || a.Via != model.ByPassword {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestHashOfAnotherCostIsUpgradedAtLogin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.person(t, "bob")
	before := f.hash(t, "bob")
	dear, err := identity.Open(t.Context(), f.db, f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dear.Close()
	for range 2 {
		if _, err := dear.Password(t.Context(), "", "bob", password); err != nil {
			t.Fatal(err)
		}
	}
	f.until(t, "the new hash is written", func() bool { return f.hash(t, "bob") != before })
	after := f.hash(t, "bob")
	if !strings.HasPrefix(after, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("before %s, after %s", before, after)
	}
}

// hash gives what the database holds of a password.
func (f *fixture) hash(t *testing.T, user string) string {
	t.Helper()
	var l store.Login
	err := f.db.Peek(t.Context(), func(tx *store.Tx) (err error) {
		l, err = tx.Login(t.Context(), user)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l.Hash
}

func BenchmarkPassword(b *testing.B) {
	f := newFixture(b, identity.WithDearPasswords())
	f.person(b, "bob")
	for _, c := range []struct {
		name string
		wait time.Duration
	}{{"remembered", 0}, {"hashed", time.Hour}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				f.clock.advance(c.wait)
				if _, err := f.Password(b.Context(), "", "bob", password); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Whoever signs in, or is signed in, does not wait while somebody else writes to the database.
func TestSigningInWaitsForNoWrite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	b := browser{}
	b.signIn(t, f, bob)
	_, secret := f.token(t, bob, identity.NewToken{Name: "laptop"})
	dear, err := identity.Open(t.Context(), f.db, f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dear.Close()
	f.clock.advance(24 * time.Hour)
	err = f.db.Update(t.Context(), func(*store.Tx) error {
		if got := b.user(t, f); got != "bob" {
			t.Errorf("by a session that was not used for a day: %q", got)
		}
		if _, err := dear.Password(t.Context(), "", "bob", password); err != nil {
			t.Errorf("by a password with a hash of another cost: %v", err)
		}
		if _, err := f.Bearer(t.Context(), secret); err != nil {
			t.Errorf("by a token: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
