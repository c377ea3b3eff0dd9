package identity_test

import (
	"encoding/hex"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
)

// door is one way to show a credential, given as text.
type door func(text string) (model.Actor, error)

func (f *fixture) doors(t *testing.T) map[string]door {
	return map[string]door{
		"password": func(text string) (model.Actor, error) { return f.Password(t.Context(), text, "bob", text) },
		"basic":    func(text string) (model.Actor, error) { return f.Basic(t.Context(), text, "bob", text) },
		"bearer":   func(text string) (model.Actor, error) { return f.Bearer(t.Context(), text) },
		"ticket": func(text string) (model.Actor, error) {
			_, a, err := f.OpenTicket(t.Context(), text)
			return a, err
		},
		"cookie": func(text string) (model.Actor, error) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Cookie", "sregistry_session="+text)
			return f.FromRequest(r)
		},
		"setup": func(text string) (model.Actor, error) {
			return f.CompleteSetup(t.Context(), text, "mallory", password)
		},
		"hmac header": func(text string) (model.Actor, error) {
			h, ok := identity.ParseHMAC(text)
			if !ok {
				return model.Anonymous, nil
			}
			return f.VerifyHMAC(t.Context(), "192.0.2.1", h, pull, f.clock.time())
		},
		"hmac key": func(text string) (model.Actor, error) {
			h, ok := identity.ParseHMAC(header(text, "bob", pull, f.clock.time()))
			if !ok {
				return model.Anonymous, nil
			}
			return f.VerifyHMAC(t.Context(), "192.0.2.1", h, pull, f.clock.time())
		},
	}
}

// Every secret of a user opens the doors that are made for it, and no other: not even by
// the account's other secrets, the database's contents, or parts of them.
func TestEveryCredentialOpensItsOwnDoorsOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	setup := f.setupLink(t)
	bob := f.person(t, "bob")
	token, secret := f.token(t, bob, identity.NewToken{Name: "a"})
	_, expired := f.token(t, bob, identity.NewToken{Name: "b", Expires: f.clock.time().Add(time.Minute)})
	_, revoked := f.token(t, bob, identity.NewToken{Name: "c"})
	if err := f.RevokeToken(t.Context(), bob, "", "c"); err != nil {
		t.Fatal(err)
	}
	f.clock.advance(time.Minute)
	b := browser{}
	b.signIn(t, f, bob)
	session, err := f.CurrentSession(b.request())
	if err != nil {
		t.Fatal(err)
	}
	credentials := map[string]struct{ text, opens string }{
		"password":      {password, "password basic"},
		"token":         {secret, "basic bearer, hmac key"},
		"ticket":        {f.SignTicket(bob, 1), "ticket"},
		"cookie":        {b["sregistry_session"].Value, "cookie"},
		"hmac header":   {header(secret, "bob", pull, f.clock.time()), "hmac header"},
		"nothing":       {"", ""},
		"expired token": {expired, ""},
		"revoked token": {revoked, ""},
		"dead setup":    {setup, ""},
		"token id":      {token.ID, ""},
		"token, half":   {secret[:len(secret)/2], ""},
		"session id":    {session, ""},
		"hash":          {f.hash(t, "bob"), ""},
		"signature":     {hex.EncodeToString(identity.Signature(secret, pull, "20260301T09Z")), ""},
		"user name":     {"bob", ""},
	}
	for door, open := range f.doors(t) {
		for name, c := range credentials {
			a, err := open(c.text)
			want := strings.Contains(c.opens, door)
			if got := err == nil && !a.IsAnonymous(); got != want {
				t.Errorf("%s at the door of %s: %+v, %v", name, door, a, err)
			}
			if want && a.UserID != bob.UserID {
				t.Errorf("%s at the door of %s is %+v", name, door, a)
			}
			if err != nil && (!a.IsAnonymous() || errs.Message(err) == "") {
				t.Errorf("%s at the door of %s: %+v with %v", name, door, a, err)
			}
		}
	}
}
