package identity

import (
	"context"
	"crypto/hmac"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// VerifyHMAC signs in by a hub client's header, over the words that its request holds. At
// is when the request began, so that an upload may take hours. The hours before and after
// are good too, since the clients' clocks are not all right. All tokens of the user are
// tried; the actor has the scope of the one that fits. Errors: Unauthenticated.
func (s *Service) VerifyHMAC(ctx context.Context, h HMAC, over Signed, at time.Time) (model.Actor, error) {
	const op = "identity.VerifyHMAC"
	if h.Kind != over.Kind {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "The request is signed for %q, but is for %q; sign it for that.", errs.Clip(h.Kind), over.Kind)
	}
	if err := checkHour(h.Hour, at); err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	tokens, err := peek(ctx, s.db, func(tx *store.Tx) ([]store.TokenRow, error) {
		return tx.TokensOfName(ctx, strings.ToLower(h.User), maxHMACTokens)
	})
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	for _, k := range tokens {
		text, err := s.tokenText(k.ID, k.Salt)
		if err != nil {
			return model.Actor{}, errs.Wrap(op, err)
		}
		if !hmac.Equal(h.Signature, Signature(text, over, h.Hour)) {
			continue
		}
		if k.Owner.Disabled {
			break
		}
		if expired(k.Expires, at) {
			return model.Actor{}, kept(op, errExpired(op, k.Expires), errs.Clip(h.User))
		}
		s.used.note(k.ID, at)
		return tokenActor(k, model.ByHMAC), nil
	}
	return model.Actor{}, kept(op, errs.E(op, errs.Unauthenticated,
		"The signature does not match; check the user name and the token in your settings."), errs.Clip(h.User))
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
