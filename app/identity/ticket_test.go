package identity_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

func TestTicketReadsForItsHolder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	token, secret := f.token(t, bob, identity.NewToken{Name: "a", Scope: model.ScopeAll, Collections: []int64{1}})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	reader := model.Actor{UserID: bob.UserID, Name: "bob", Via: model.ByTicket, Scope: model.ScopeRead}
	narrowed := reader
	narrowed.Token, narrowed.TokenName, narrowed.Only = token.ID, "a", []int64{1}
	for _, c := range []struct{ holder, want model.Actor }{
		{bob, reader}, {byToken, narrowed}, {model.Anonymous, model.Anonymous}, {model.Console, model.Anonymous},
	} {
		image, got, err := f.OpenTicket(t.Context(), f.SignTicket(c.holder, 42))
		if err != nil || image != 42 {
			t.Errorf("image %d, %v", image, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTicketEndsWithTheRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "a"})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	ofToken, ofBob := f.SignTicket(byToken, 1), f.SignTicket(bob, 1)
	if err := f.RevokeToken(t.Context(), bob, "", "a"); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.OpenTicket(t.Context(), ofToken)
	wantError(t, err, errs.Unauthenticated, "no longer valid")
	if err := f.SetDisabled(t.Context(), model.Console, "bob", true); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.OpenTicket(t.Context(), ofBob)
	wantError(t, err, errs.Unauthenticated, "no longer valid")
	anonymous := f.SignTicket(model.Anonymous, 1)
	f.clock.advance(identity.TicketLife + time.Second)
	_, _, err = f.OpenTicket(t.Context(), anonymous)
	wantError(t, err, errs.Unauthenticated, "expired")
}

func TestForgedTicketsAreRefused(t *testing.T) {
	t.Parallel()
	f, other := newFixture(t), newFixture(t)
	good := f.SignTicket(model.Anonymous, 1)
	for _, text := range []string{"", "x", good[1:], good + "A", good[:len(good)-4] + "AAAA", other.SignTicket(model.Anonymous, 1),
		string(make([]byte, 10_000))} {
		_, _, err := f.OpenTicket(t.Context(), text)
		wantError(t, err, errs.Unauthenticated, "is incomplete")
	}
}

func TestTicketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, secret := f.token(t, f.person(t, "bob"), identity.NewToken{Name: "a", Expires: f.clock.time().Add(time.Minute)})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	text := f.SignTicket(byToken, 1)
	f.clock.advance(time.Minute)
	_, _, err = f.OpenTicket(t.Context(), text)
	wantError(t, err, errs.Unauthenticated, "no longer valid")
}
