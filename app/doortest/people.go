package doortest

import (
	"crypto/rand"
	"testing"

	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Password is that of every user whom User makes.
const Password = "correct horse battery staple"

// hash is that of Password, at the cost at which they are made today, so that neither an
// account nor its first sign-in costs a test the making of one.
const hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBmb3IgdGVzdHMuLg$mWriizQG2CkPs+r+gmsjSHuS332jvK993Ml7vnqkyQs"

// User makes an account of a person, and gives him as if he had signed in by Password.
func (s *Site) User(t testing.TB, name string) model.Actor {
	t.Helper()
	return s.account(t, name, false)
}

// Admin is User for somebody who runs the registry.
func (s *Site) Admin(t testing.TB, name string) model.Actor {
	t.Helper()
	return s.account(t, name, true)
}

func (s *Site) account(t testing.TB, name string, admin bool) model.Actor {
	t.Helper()
	var u model.User
	err := s.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		u, err = tx.AddUser(t.Context(), name, model.Person, hash, admin)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return model.Actor{UserID: u.ID, Name: u.Name, Admin: u.Admin, Via: model.ByPassword, Scope: model.ScopeAll}
}

// Token makes a token that may do all its owner may, and gives its secret.
func (s *Site) Token(t testing.TB, owner model.Actor) string {
	t.Helper()
	return s.TokenFor(t, owner, identity.NewToken{Scope: model.ScopeAll})
}

// TokenFor makes a token as n describes it, and gives its secret; it may have no name.
func (s *Site) TokenFor(t testing.TB, owner model.Actor, n identity.NewToken) string {
	t.Helper()
	if n.Name == "" {
		n.Name = rand.Text()
	}
	_, secret, err := s.Identity.CreateToken(t.Context(), owner, n)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}
