package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// recheckActor tells whether an actor is still who he was when his request began, which may be
// hours ago: his account is open, runs the registry if it did, and has the token that was
// used. Else somebody who was shut out could go on sending, as slowly as he likes, and end
// his push later. Errors: Unauthenticated.
func recheckActor(ctx context.Context, tx *store.Tx, actor model.Actor) error {
	if actor.UserID == 0 { // the console, and the registry itself
		return nil
	}
	gone := errs.E("registry.recheckActor", errs.Unauthenticated, "The account or the token of this push was shut or changed while it came; sign in again.")
	u, err := tx.User(ctx, actor.UserID)
	if err == nil && actor.Token != "" {
		_, err = tx.Token(ctx, actor.Token)
	}
	if errs.Is(err, errs.NotFound) || err == nil && (u.Disabled || actor.Admin && !u.Admin) {
		return gone
	}
	return err
}
