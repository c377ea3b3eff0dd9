package doortest

import (
	"crypto/rand"
	"testing"

	"sregistry/app/identity"
	"sregistry/app/model"
)

// Password is that of every user whom User makes.
const Password = "correct horse battery staple"

// User makes an account of a person, and gives him as if he had signed in by Password.
func (s *Site) User(t testing.TB, name string) model.Actor {
	t.Helper()
	return s.account(t, identity.NewUser{Name: name, Password: Password})
}

// Admin is User for somebody who runs the registry.
func (s *Site) Admin(t testing.TB, name string) model.Actor {
	t.Helper()
	return s.account(t, identity.NewUser{Name: name, Password: Password, Admin: true})
}

func (s *Site) account(t testing.TB, n identity.NewUser) model.Actor {
	t.Helper()
	u, err := s.Identity.CreateUser(t.Context(), model.Console, n)
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
