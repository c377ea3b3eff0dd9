package identity

import (
	"context"
	"time"

	"sregistry/app/errs"
	"sregistry/app/store"
)

// expiredTokenLife is how long an expired token is kept, so that its user is told that it
// expired, rather than that it is unknown.
const expiredTokenLife = 30 * 24 * time.Hour

// Sweep removes sessions and tokens that can never be used again. It is for the
// background.
func (s *Service) Sweep(ctx context.Context) error {
	return errs.Wrap("identity.Sweep", s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteExpiredSessions(ctx); err != nil {
			return err
		}
		return tx.DeleteTokensExpiredBefore(ctx, tx.Now.Add(-expiredTokenLife))
	}))
}
