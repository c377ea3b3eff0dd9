package identity

import (
	"context"
	"strconv"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// Outstanding counts what still lets somebody act for an account after its password was
// changed and its sessions ended.
type Outstanding struct {
	Tokens int // that have not expired
	Links  int // share links that the account created and that have not expired
}

// Outstanding counts the actor's own tokens and links. Errors: Forbidden for a token that
// may not manage the account.
func (s *Service) Outstanding(ctx context.Context, actor model.Actor) (o Outstanding, err error) {
	const op = "identity.Outstanding"
	if _, err := accountOf(op, actor, ""); err != nil {
		return o, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if o.Tokens, err = tx.CountTokens(ctx, actor.UserID); err != nil {
			return err
		}
		o.Links, err = tx.CountSharesBy(ctx, actor.UserID)
		return err
	})
	return o, errs.Wrap(op, err)
}

// RevokeAll removes all of the actor's tokens and share links, for whoever believes that
// somebody else has them, and gives how many. It is offered after a change of the password.
// Errors: Forbidden for a token: it would remove itself and what replaces it.
func (s *Service) RevokeAll(ctx context.Context, actor model.Actor) (o Outstanding, err error) {
	const op = "identity.RevokeAll"
	if actor.Via != model.BySession && actor.Via != model.ByPassword {
		return o, errs.E(op, errs.Forbidden, "Sign in with your password to revoke all tokens and links.")
	}
	err = s.update(ctx, func(tx *store.Tx) error {
		if o.Tokens, err = tx.DeleteTokensOf(ctx, actor.UserID); err != nil {
			return err
		}
		if o.Links, err = tx.DeleteSharesBy(ctx, actor.UserID); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.TokenRevoked, actor.Name, "tokens", strconv.Itoa(o.Tokens), "links", strconv.Itoa(o.Links)))
	})
	return o, errs.Wrap(op, err)
}
