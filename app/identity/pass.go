package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// PassLife is how long a pass is good. Clients get a new one without asking anybody.
const PassLife = 5 * time.Minute

// passPrefix tells a pass from a token.
const passPrefix = "pass_"

// passMark is how many bytes tell one password from another.
const passMark = 12

// maxPass bounds the text of a pass.
const maxPass = 512

// passScope is what a pass is for: images, and never accounts or permissions.
const passScope = model.ScopeRead | model.ScopeWrite | model.ScopeDelete

// pass is what is signed.
type pass struct {
	holder
	// Password tells the password of which it was made from later ones; nil if it was made
	// of another credential.
	Password []byte `json:",omitempty"`
}

// SignPass gives the text of a pass: a bearer token for a few minutes, for clients which
// send their real credentials only once in a while. It is the actor's right and ends with
// it, and with the credential; nobody in particular may have one too. Errors:
// Unauthenticated for a pass, which would else live forever.
func (s *Service) SignPass(ctx context.Context, actor model.Actor) (string, error) {
	const op = "identity.SignPass"
	if actor.Via == model.ByPass {
		return "", errs.E(op, errs.Unauthenticated, "An access token cannot be exchanged for another. Send your password or a token.")
	}
	p := pass{holder: holder{actor.UserID, actor.Token, s.now().Add(PassLife).Unix()}}
	if actor.Via == model.ByPassword {
		var err error
		if p.Password, err = s.passwordMark(ctx, actor); err != nil {
			return "", errs.Wrap(op, err)
		}
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic("identity: a struct of strings and numbers did not marshal: " + err.Error())
	}
	return passPrefix + seal(s.passKey, b), nil
}

// passwordMark is the same as long as an actor's password is, and tells nothing of it.
func (s *Service) passwordMark(ctx context.Context, actor model.Actor) ([]byte, error) {
	l, err := peek(ctx, s.db, func(tx *store.Tx) (store.Login, error) { return tx.Login(ctx, actor.Name) })
	return mac(s.passKey, []byte("password\x00"+l.Hash))[:passMark], err
}

// IsPass reports whether a text has the form of a pass.
func IsPass(text string) bool { return strings.HasPrefix(text, passPrefix) }

// Pass signs in by a pass. That is cached for a moment, as tokens are. Errors:
// Unauthenticated for one that is not good any more, or whose owner is not.
func (s *Service) Pass(ctx context.Context, text string) (model.Actor, error) {
	const op = "identity.Pass"
	now, epoch := s.now(), s.epoch.Load() // before the database is read
	key := digest(sha256.Sum256([]byte(text)))
	m, ok := s.passes.Get(key)
	if ok && m.epoch == epoch && now.Before(m.until) && !expired(m.expires, now) {
		return m.actor, nil
	}
	p, ok := s.parsePass(text)
	if !ok {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "This access token was not issued by this registry. Sign in again.")
	}
	actor, err := s.actorOfHolder(ctx, p.holder, passScope, accessToken)
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	if p.Password != nil {
		now, err := s.passwordMark(ctx, actor)
		if err != nil {
			return model.Actor{}, errs.Wrap(op, err)
		}
		if !hmac.Equal(now, p.Password) {
			return model.Actor{}, errs.E(op, errs.Unauthenticated, "The password has changed. Sign in again.")
		}
	}
	actor.Via = model.ByPass
	s.passes.Put(key, cachedToken{actor, time.Unix(p.Expires, 0), now.Add(tokenCacheTTL), epoch})
	return actor, nil
}

// parsePass reads what SignPass gives; ok is false for all else.
func (s *Service) parsePass(text string) (p pass, ok bool) {
	text, ok = strings.CutPrefix(text, passPrefix)
	if !ok {
		return pass{}, false
	}
	b, ok := unseal(s.passKey, text, maxPass)
	if !ok {
		return pass{}, false
	}
	return p, json.Unmarshal(b, &p) == nil
}
