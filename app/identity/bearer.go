package identity

import (
	"context"
	"crypto/sha256"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// tokenCacheTTL is how long a token is believed without asking the database. A change by
// this process is seen at once, one by another process after this time.
const tokenCacheTTL = 2 * time.Second

// cachedToken is what a token's text was found to mean.
type cachedToken struct {
	actor   model.Actor
	expires time.Time
	until   time.Time
	epoch   int64
}

// Bearer signs in by a token (RFC 6750). An empty text is nobody: Apptainer sends it when
// it has no token. Tokens cannot be guessed, so wrong ones are not slowed. Errors:
// Unauthenticated for a token that is unknown, revoked, expired or of a disabled account.
func (s *Service) Bearer(ctx context.Context, text string) (model.Actor, error) {
	const op = "identity.Bearer"
	if text == "" {
		return model.Anonymous, nil
	}
	now, epoch := s.now(), s.epoch.Load() // before the database is read
	key := digest(sha256.Sum256([]byte(text)))
	m, ok := s.tokenCache.Get(key)
	if !ok || m.epoch != epoch || !now.Before(m.until) {
		k, err := s.findToken(ctx, text)
		if err != nil {
			id, ok := tokenID(text)
			if !ok {
				id = "" // it may be a part of somebody's secret
			}
			return model.Actor{}, denySignIn(op, err, id)
		}
		m = cachedToken{tokenActor(k, model.ByToken), k.Expires, now.Add(tokenCacheTTL), epoch}
		s.tokenCache.Put(key, m)
	}
	if expired(m.expires, now) {
		return model.Actor{}, denySignIn(op, errExpired(op, m.expires), m.actor.Name)
	}
	s.used.note(m.actor.Token, now)
	return m.actor, nil
}

// findToken finds a token's row by its text, expired or not.
func (s *Service) findToken(ctx context.Context, text string) (store.TokenRow, error) {
	const op = "identity.findToken"
	id, ok := tokenID(text)
	if !ok {
		return store.TokenRow{}, errUnknownToken(op)
	}
	k, err := peek(ctx, s.db, func(tx *store.Tx) (store.TokenRow, error) { return tx.Token(ctx, id) })
	if errs.Is(err, errs.NotFound) {
		return store.TokenRow{}, errUnknownToken(op)
	}
	if err != nil {
		return store.TokenRow{}, err
	}
	right, err := s.isToken(text, k)
	if err != nil {
		return store.TokenRow{}, errs.Wrap(op, err)
	}
	if !right {
		return store.TokenRow{}, errUnknownToken(op)
	}
	if k.Owner.Disabled {
		return store.TokenRow{}, errs.E(op, errs.Unauthenticated, "The account of this token is disabled; ask the administrator of the registry.")
	}
	return k, nil
}

func expired(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func errExpired(op string, at time.Time) error {
	return errs.E(op, errs.Unauthenticated, "This token expired on %s; make a new one.", day(at))
}

func errUnknownToken(op string) error {
	return errs.E(op, errs.Unauthenticated, "This token is not known here, or was revoked; make a new one.")
}
