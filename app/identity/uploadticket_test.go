package identity_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// part is a ticket for the second half of an upload.
var part = identity.UploadTicket{Upload: "U1", Container: "bob/tools/hello", Offset: 512, Size: 512, Digest: digest.FromString("x")}

func TestUploadTicketWritesForItsHolder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	token, secret := f.token(t, bob, identity.NewToken{Name: "a", Scope: model.ScopeAll, Collections: []int64{1}})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	got, actor, err := f.OpenUpload(t.Context(), f.SignUpload(byToken, part))
	if err != nil {
		t.Fatal(err)
	}
	want := model.Actor{UserID: bob.UserID, Name: "bob", Via: model.ByTicket, Token: token.ID, TokenName: "a", Only: []int64{1},
		Scope: model.ScopeRead | model.ScopeWrite}
	if diff := cmp.Diff(part, got) + cmp.Diff(want, actor); diff != "" {
		t.Error(diff)
	}
}

func TestUploadTicketEndsWithTheRight(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bob := f.person(t, "bob")
	_, secret := f.token(t, bob, identity.NewToken{Name: "a"})
	byToken, err := f.Bearer(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	ofToken, ofBob := f.SignUpload(byToken, part), f.SignUpload(bob, part)
	if err := f.RevokeToken(t.Context(), bob, "", "a"); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.OpenUpload(t.Context(), ofToken)
	wantError(t, err, errs.Unauthenticated, "no longer valid")
	f.clock.advance(identity.TicketLife + time.Second)
	_, _, err = f.OpenUpload(t.Context(), ofBob)
	wantError(t, err, errs.Unauthenticated, "expired")
}

func TestForgedUploadTicketsAreRefused(t *testing.T) {
	t.Parallel()
	f, other := newFixture(t), newFixture(t)
	bob := f.person(t, "bob")
	good := f.SignUpload(bob, part)
	for _, text := range []string{"", "x", good[1:], good + "A", good[:len(good)-4] + "AAAA", other.SignUpload(bob, part),
		f.SignTicket(bob, 1), string(make([]byte, 10_000))} {
		_, _, err := f.OpenUpload(t.Context(), text)
		wantError(t, err, errs.Unauthenticated, "is incomplete")
	}
	if _, _, err := f.OpenTicket(t.Context(), good); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("an upload ticket opened a download: %v", err)
	}
}
