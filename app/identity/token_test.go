package identity_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

func TestTokenHasAFormThatEveryClientTakes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, one := f.token(t, bob, identity.NewToken{Name: "one"})
	_, two := f.token(t, bob, identity.NewToken{Name: "two"})
	if !regexp.MustCompile(`^sregistry_[A-Za-z0-9_]+$`).MatchString(one) || len(one) < 200 || len(one) > 230 {
		t.Errorf("%d characters: %s", len(one), one)
	}
	if one == two {
		t.Error("two tokens are the same")
	}
}

func TestBearerActsAsTheTokenAllows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	token, secret := f.token(t, bob, identity.NewToken{Name: "ci", Scope: model.ScopeWrite, Collections: []int64{1}})
	want := model.Actor{UserID: bob.UserID, Name: "bob", Via: model.ByToken, Token: token.ID, TokenName: "ci",
		Scope: model.ScopeRead | model.ScopeWrite, Only: []int64{1}}
	for range 2 { // from the database, then remembered
		got, err := f.Bearer(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{"library"}, token.Collections); diff != "" {
		t.Error(diff)
	}
	if a, err := f.Bearer(t.Context(), ""); err != nil || !a.IsAnonymous() {
		t.Errorf("the empty token: %+v, %v", a, err)
	}
}

func TestTokenWhoseCollectionsAreGoneReachesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	name := ref.Collection{Namespace: "bob", Name: "tools"}
	var id int64
	update(t, f, func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = tx.AddCollection(ctx, name, false, "", bob.UserID)
		return err
	})
	_, secret := f.token(t, bob, identity.NewToken{Name: "ci", Collections: []int64{id}})
	update(t, f, func(ctx context.Context, tx *store.Tx) error {
		return tx.DeleteCollection(ctx, model.Collection{ID: id, Name: name})
	})
	a, err := f.Bearer(t.Context(), secret)
	if err != nil || a.Only == nil || a.Covers(id) || a.Covers(1) {
		t.Errorf("%+v, %v", a, err)
	}
}

func update(t *testing.T, f *fixture, fn func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := f.db.Update(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := newFixture(t)
	bob := f.person(t, "bob")
	_, foreign := other.token(t, other.person(t, "bob"), identity.NewToken{Name: "x"})
	_, secret := f.token(t, bob, identity.NewToken{Name: "x", Expires: f.clock.time().Add(time.Hour)})
	last := secret[len(secret)-1]
	wrongEnd := secret[:len(secret)-1] + string('a'+(last-'a'+1)%20)
	for _, text := range []string{" ", "x", "sregistry_", foreign, wrongEnd, secret[:len(secret)-1], secret + "a",
		strings.ToUpper(secret), strings.Repeat("sregistry_", 1000)} {
		_, err := f.Bearer(t.Context(), text)
		wantError(t, err, errs.Unauthenticated, "not known here")
	}
	if _, err := f.Bearer(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(time.Hour)
	_, err := f.Bearer(t.Context(), secret)
	wantError(t, err, errs.Unauthenticated, "This token expired on 1 March 2026 10:30 UTC")
}

func TestRevokedAndDisabledAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, one := f.token(t, bob, identity.NewToken{Name: "one"})
	_, two := f.token(t, bob, identity.NewToken{Name: "two"})
	for _, secret := range []string{one, two} {
		if _, err := f.Bearer(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.RevokeToken(t.Context(), bob, "", "one"); err != nil {
		t.Fatal(err)
	}
	_, err := f.Bearer(t.Context(), one)
	wantError(t, err, errs.Unauthenticated, "revoked")
	wantError(t, f.RevokeToken(t.Context(), bob, "", "one"), errs.NotFound, "no token")
	if err := f.SetDisabled(t.Context(), model.Console, "bob", true); err != nil {
		t.Fatal(err)
	}
	_, err = f.Bearer(t.Context(), two)
	wantError(t, err, errs.Unauthenticated, "disabled")
}

func TestTokenCannotMakeAGreaterOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	soon, later := f.clock.time().Add(time.Hour), f.clock.time().Add(2*time.Hour)
	with := func(n identity.NewToken) model.Actor {
		_, secret := f.token(t, bob, n)
		a, err := f.Bearer(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	plain := with(identity.NewToken{Name: "plain", Scope: model.ScopeWrite | model.ScopeDelete})
	manager := with(identity.NewToken{Name: "manager", Scope: model.ScopeManage, Expires: soon})
	narrowed := with(identity.NewToken{Name: "narrowed", Scope: model.ScopeAll, Collections: []int64{1}})
	for _, c := range []struct {
		actor model.Actor
		token identity.NewToken
	}{
		{plain, identity.NewToken{Name: "x"}},
		{narrowed, identity.NewToken{Name: "x", Collections: []int64{1}}},
		{manager, identity.NewToken{Name: "x", Scope: model.ScopeWrite, Expires: soon}},
		{manager, identity.NewToken{Name: "x"}},
		{manager, identity.NewToken{Name: "x", Expires: later}},
	} {
		_, _, err := f.CreateToken(t.Context(), c.actor, c.token)
		wantError(t, err, errs.Forbidden, "oken")
	}
	f.token(t, manager, identity.NewToken{Name: "x", Expires: soon})
	wantError(t, f.RevokeToken(t.Context(), plain, "", "x"), errs.Forbidden, "may not manage")
	if err := f.RevokeToken(t.Context(), plain, "", plain.Token); err != nil {
		t.Errorf("a token ends itself: %v", err)
	}
}

func TestNewTokensAreHeldToTheRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	for _, n := range []identity.NewToken{
		{Name: ""}, {Name: strings.Repeat("x", 65)}, {Name: "a\nb"}, {Name: " a"}, {Name: "\xff"}, {Name: "a", Scope: 16},
		{Name: "a", Collections: []int64{}}, {Name: "a", Expires: f.clock.time()},
	} {
		_, _, err := f.CreateToken(t.Context(), bob, n)
		wantError(t, err, errs.Invalid, "")
	}
	f.token(t, bob, identity.NewToken{Name: "a"})
	_, _, err := f.CreateToken(t.Context(), bob, identity.NewToken{Name: "a"})
	wantError(t, err, errs.Conflict, "already")
	f.token(t, bob, identity.NewToken{Name: "a", Replace: true})
	for i := range 99 {
		f.token(t, bob, identity.NewToken{Name: fmt.Sprint("b", i)})
	}
	_, _, err = f.CreateToken(t.Context(), bob, identity.NewToken{Name: "c"})
	wantError(t, err, errs.Conflict, "100 tokens")
}

func TestLastUseIsWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "a"})
	f.clock.advance(time.Hour)
	if _, err := f.Bearer(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tokens, _, err := f.Tokens(t.Context(), bob, "", model.Page{})
	if err != nil || len(tokens) != 1 || !tokens[0].LastUsed.Equal(f.clock.time()) {
		t.Errorf("%+v, %v", tokens, err)
	}
}

func TestSweepKeepsExpiredTokensForAMonth(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "a", Expires: f.clock.time().Add(time.Hour)})
	for _, c := range []struct {
		wait  time.Duration
		words string
	}{{24 * time.Hour, "expired"}, {30 * 24 * time.Hour, "not known"}} {
		f.clock.advance(c.wait)
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := f.Bearer(t.Context(), secret)
		wantError(t, err, errs.Unauthenticated, c.words)
	}
}

func BenchmarkBearer(b *testing.B) {
	f := newFixture(b)
	_, secret := f.token(b, f.person(b, "bob"), identity.NewToken{Name: "a"})
	for _, c := range []struct {
		name string
		wait time.Duration
	}{{"remembered", 0}, {"looked up", time.Minute}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				f.clock.advance(c.wait)
				if _, err := f.Bearer(b.Context(), secret); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
