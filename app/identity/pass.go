package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// PassLife is how long a pass is good. Clients get a new one without asking anybody.
const PassLife = 5 * time.Minute

// passPrefix tells a pass from a token.
const passPrefix = "pass_"

// maxPass bounds the text of a pass.
const maxPass = 512

// passScope is what a pass is for: images, and never accounts or permissions.
const passScope = model.ScopeRead | model.ScopeWrite | model.ScopeDelete

// SignPass gives the text of a pass: a bearer token for a few minutes, for clients which
// send their real credentials only once in a while. It is the actor's right and ends with
// it; nobody in particular may have one too.
func (s *Service) SignPass(actor model.Actor) string {
	b, err := json.Marshal(holder{actor.UserID, actor.Token, s.now().Add(PassLife).Unix()})
	if err != nil {
		panic("identity: a struct of strings and numbers did not marshal: " + err.Error())
	}
	return passPrefix + base64.RawURLEncoding.EncodeToString(append(mac(s.passKey, b), b...))
}

// IsPass tells whether a text has the form of a pass.
func IsPass(text string) bool { return strings.HasPrefix(text, passPrefix) }

// Pass signs in by a pass. That is remembered for a moment, as tokens are. Errors:
// Unauthenticated for one that is not good any more, or whose owner is not.
func (s *Service) Pass(ctx context.Context, text string) (model.Actor, error) {
	const op = "identity.Pass"
	now, epoch := s.now(), s.epoch.Load() // before the database is read
	key := digest(sha256.Sum256([]byte(text)))
	m, ok := s.bearers.Get(key)
	if ok && m.epoch == epoch && now.Before(m.until) && !expired(m.expires, now) {
		return m.actor, nil
	}
	h, ok := s.parsePass(text)
	if !ok {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "This pass is not one that was given out here; sign in again.")
	}
	actor, err := s.held(ctx, h, passScope, "pass")
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	actor.Via = model.ByPass
	s.bearers.Put(key, rememberedToken{actor, time.Unix(h.Expires, 0), now.Add(tokenMemory), epoch})
	return actor, nil
}

// parsePass reads what SignPass gives; ok is false for all else.
func (s *Service) parsePass(text string) (h holder, ok bool) {
	text, ok = strings.CutPrefix(text, passPrefix)
	if !ok || len(text) > maxPass {
		return holder{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < sha256.Size {
		return holder{}, false
	}
	sum, b := b[:sha256.Size], b[sha256.Size:]
	if !hmac.Equal(sum, mac(s.passKey, b)) {
		return holder{}, false
	}
	return h, json.Unmarshal(b, &h) == nil
}
