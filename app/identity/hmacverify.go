package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// VerifyHMAC signs in by a hub client's header, over the words that its request holds. At
// is when the request began, so that an upload may take hours. The hours before and after
// are good too, since the clients' clocks are not all right. All tokens of the user are
// tried; the actor has the scope of the one that fits.
//
// A signature that fits is cached for a moment, as tokens are; wrong ones are slowed, per
// account and per source, the caller's address. Errors: Unauthenticated, RateLimited.
func (s *Service) VerifyHMAC(ctx context.Context, source string, h HMAC, over Signed, at time.Time) (model.Actor, error) {
	const op = "identity.VerifyHMAC"
	if h.Kind != over.Kind {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "The request is signed for %q, but is for %q; sign it for that.", errs.Clip(h.Kind), over.Kind)
	}
	if err := checkHour(h.Hour, at); err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	now, epoch := s.now(), s.epoch.Load() // before the database is read
	key := h.over(over)
	m, ok := s.signatures.Get(key)
	if !ok || m.epoch != epoch || !now.Before(m.until) {
		from := loginSource{source, strings.ToLower(h.User)}
		if err := s.forged.check(from); err != nil {
			return model.Actor{}, errs.Wrap(op, err)
		}
		k, ok, err := s.signer(ctx, h, over)
		if err != nil {
			return model.Actor{}, errs.Wrap(op, err)
		}
		if !ok {
			s.forged.recordFailure(from)
			return model.Actor{}, denySignIn(op, errs.E(op, errs.Unauthenticated,
				"The signature does not match. Check the user name and the token in your settings."), errs.Clip(h.User))
		}
		s.forged.recordSuccess(from)
		m = cachedToken{tokenActor(k, model.ByHMAC), k.Expires, now.Add(tokenCacheTTL), epoch}
		s.signatures.Put(key, m)
	}
	if expired(m.expires, at) {
		return model.Actor{}, denySignIn(op, errExpired(op, m.expires), errs.Clip(h.User))
	}
	s.used.note(m.actor.Token, at)
	return m.actor, nil
}

// signer finds the token that made a signature; ok is false if none of an enabled account
// did. A signature that fits none costs the same however many tokens the user has, and
// whether there is such a user: the time tells a stranger nothing.
func (s *Service) signer(ctx context.Context, h HMAC, over Signed) (k store.TokenRow, ok bool, err error) {
	tokens, err := peek(ctx, s.db, func(tx *store.Tx) ([]store.TokenRow, error) {
		return tx.TokensOfName(ctx, strings.ToLower(h.User), maxHMACTokens)
	})
	if err != nil {
		return store.TokenRow{}, false, err
	}
	for i := range maxHMACTokens {
		k := store.TokenRow{} // in place of one more token, which is nobody's
		if i < len(tokens) {
			k = tokens[i]
		}
		text, err := s.tokenText(k.ID, k.Salt)
		if err != nil {
			return store.TokenRow{}, false, err
		}
		if hmac.Equal(h.Signature, Signature(text, over, h.Hour)) && i < len(tokens) && !k.Owner.Disabled {
			return k, true, nil
		}
	}
	return store.TokenRow{}, false, nil
}

// over is a header and the words it was made for, in a form to remember them by.
func (h HMAC) over(words Signed) digest {
	m := sha256.New()
	for _, word := range []string{h.Kind, h.User, h.Hour, string(h.Signature), words.Kind, words.Collection, words.Name, words.Tag} {
		fmt.Fprintf(m, "%d:%s", len(word), word)
	}
	return digest(m.Sum(nil))
}

// checkHour refuses a signature of another hour than the present one and its neighbours.
func checkHour(hour string, at time.Time) error {
	const op = "identity.checkHour"
	signed, err := time.Parse(hourLayout, hour)
	if err != nil {
		return errs.E(op, errs.Unauthenticated, "The signature has no hour that can be read: %q.", errs.Clip(hour))
	}
	now := at.UTC().Truncate(time.Hour)
	off := signed.Sub(now)
	if off.Abs() <= time.Hour {
		return nil
	}
	direction := "behind"
	if off > 0 {
		direction = "ahead"
	}
	return errs.E(op, errs.Unauthenticated,
		"The signature is of %s, but it is %s here: the clocks differ, by about %.0f hours. Set your machine's, which is %s.",
		day(signed), day(at), off.Abs().Hours(), direction)
}
