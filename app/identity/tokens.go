package identity

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// NewToken is what CreateToken needs to know.
type NewToken struct {
	User  string // whose it shall be; empty is the actor's
	Name  string
	Scope model.Scope // ScopeRead is always added
	// Collections narrows it to these, which the caller has looked up for the actor; nil
	// is all of its owner's.
	Collections []int64
	Expires     time.Time // zero is never
	Replace     bool      // revoke a token of the same name first, as a login does
}

// CreateToken makes a token; its secret is told here and never again. A token can make
// others only if it may manage and is not narrowed, and none that may more, or lives
// longer, than itself. Admins make tokens for others, such as robots. Errors: Invalid,
// Conflict for a name in use or too many tokens, Forbidden, NotFound for the user.
func (s *Service) CreateToken(ctx context.Context, actor model.Actor, n NewToken) (t model.Token, secret string, err error) {
	const op = "identity.CreateToken"
	owner, err := accountOf(op, actor, n.User)
	if err != nil {
		return model.Token{}, "", err
	}
	n.Scope |= model.ScopeRead
	if err := s.checkToken(actor, n); err != nil {
		return model.Token{}, "", errs.Wrap(op, err)
	}
	k := store.TokenRow{Salt: make([]byte, tokenSaltSize), Only: n.Collections}
	k.ID, k.Name, k.Scope, k.Expires = newTokenID(), n.Name, n.Scope, n.Expires.UTC()
	rand.Read(k.Salt)
	if secret, err = s.tokenText(k.ID, k.Salt); err != nil {
		return model.Token{}, "", errs.Wrap(op, err)
	}
	err = s.update(ctx, func(tx *store.Tx) error {
		t, err = addToken(ctx, tx, actor, owner, k, n.Replace)
		return err
	})
	if err != nil {
		return model.Token{}, "", errs.Wrap(op, err)
	}
	return t, secret, nil
}

// addToken is the part of CreateToken that depends on the present state.
func addToken(ctx context.Context, tx *store.Tx, actor model.Actor, owner string, k store.TokenRow, replace bool) (model.Token, error) {
	const op = "identity.addToken"
	u, err := tx.UserByName(ctx, owner)
	if err != nil {
		return model.Token{}, err
	}
	if u.Disabled {
		return model.Token{}, errs.E(op, errs.Conflict, "The account %s is disabled; enable it first.", owner)
	}
	if err := outlives(ctx, tx, actor, k.Expires); err != nil {
		return model.Token{}, err
	}
	if replace {
		if _, err := tx.DeleteToken(ctx, u.ID, k.Name); err != nil {
			return model.Token{}, err
		}
	}
	count, err := tx.CountTokens(ctx, u.ID)
	if err != nil {
		return model.Token{}, err
	}
	if count >= maxTokens {
		return model.Token{}, errs.E(op, errs.Conflict, "There are %d tokens already; revoke one that is not needed.", count)
	}
	k.UserID, k.Created = u.ID, tx.Now
	if err := tx.AddToken(ctx, k); err != nil {
		return model.Token{}, err
	}
	// Read again, for the names of its collections.
	if k, err = tx.Token(ctx, k.ID); err != nil {
		return model.Token{}, err
	}
	return k.Token, tx.Record(ctx, actor.Did(model.TokenCreated, u.Name, "token", k.Token.ID, "name", k.Token.Name,
		"scope", strings.Join(k.Scope.Names(), " ")))
}

// outlives refuses a token that would live longer than the one it is made with.
func outlives(ctx context.Context, tx *store.Tx, actor model.Actor, expires time.Time) error {
	const op = "identity.outlives"
	if actor.Token == "" {
		return nil
	}
	own, err := tx.Token(ctx, actor.Token)
	if errs.Is(err, errs.NotFound) {
		return errUnknownToken(op)
	}
	if err == nil && !own.Expires.IsZero() && (expires.IsZero() || expires.After(own.Expires)) {
		return errs.E(op, errs.Forbidden, "A token cannot make one that lives longer than itself; let it expire by %s.", day(own.Expires))
	}
	return err
}

// checkToken holds a new token to the rules that need no database.
func (s *Service) checkToken(actor model.Actor, n NewToken) error {
	const op = "identity.checkToken"
	switch {
	case n.Name == "" || utf8.RuneCountInString(n.Name) > maxTokenName:
		return errs.E(op, errs.Invalid, "A token has a name of 1 to %d characters, which tells you what it is for.", maxTokenName)
	case strings.TrimSpace(n.Name) != n.Name || strings.ContainsFunc(n.Name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }):
		return errs.E(op, errs.Invalid, "The name of the token has characters that cannot be seen; use letters, digits and blanks between them.")
	case n.Scope&^model.ScopeAll != 0:
		return errs.E(op, errs.Invalid, "The scope is unknown; use read, write, delete and manage.")
	case !actor.Scope.Has(n.Scope):
		return errs.E(op, errs.Forbidden, "A token cannot make one that may do more than itself.")
	case n.Collections != nil && len(n.Collections) == 0:
		return errs.E(op, errs.Invalid, "A token for no collection is of no use; name at least one.")
	case !n.Expires.IsZero() && !n.Expires.After(s.now()):
		return errs.E(op, errs.Invalid, "The token would have expired already; choose a day to come.")
	}
	return nil
}

// Tokens lists a user's tokens by name, without their secrets; user "" is the actor. For
// oneself, or for admins. Errors: Forbidden, NotFound.
func (s *Service) Tokens(ctx context.Context, actor model.Actor, user string, p model.Page) (tokens []model.Token, next string, err error) {
	const op = "identity.Tokens"
	owner, err := accountOf(op, actor, user)
	if err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, owner)
		if err != nil {
			return err
		}
		tokens, err = tx.Tokens(ctx, u.ID, p)
		return err
	})
	tokens, next = model.Cut(p, tokens, func(t model.Token) string { return t.Name })
	return tokens, next, errs.Wrap(op, err)
}

// RevokeToken ends a user's token, found by its id, its name or its text; user "" is the actor.
// For oneself, or for admins; any token may end itself. Errors: Forbidden, NotFound.
func (s *Service) RevokeToken(ctx context.Context, actor model.Actor, user, idOrName string) error {
	const op = "identity.RevokeToken"
	if id, ok := tokenID(idOrName); ok {
		idOrName = id // so that the secret gets no further
	}
	owner := actor.Name
	if actor.Token == "" || actor.Token != idOrName {
		var err error
		if owner, err = accountOf(op, actor, user); err != nil {
			return err
		}
	}
	return errs.Wrap(op, s.update(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, owner)
		if err != nil {
			return err
		}
		found, err := tx.DeleteToken(ctx, u.ID, idOrName)
		if err == nil && !found {
			return errs.E(op, errs.NotFound, "%s has no token %q.", owner, errs.Clip(idOrName))
		}
		if err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.TokenRevoked, u.Name, "token", idOrName))
	}))
}

// day writes a moment for a sentence.
func day(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }
