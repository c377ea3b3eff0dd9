package identity

import (
	"context"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxSoleOwned bounds the list of what an account cannot leave behind.
const maxSoleOwned = 200

// SoleOwnership is what would have no owner without an account; at most maxSoleOwned of each.
type SoleOwnership struct {
	Collections []ref.Collection
	Teams       []string
}

// IsEmpty reports whether the account can go.
func (h SoleOwnership) IsEmpty() bool { return len(h.Collections)+len(h.Teams) == 0 }

// SoleOwnership tells what would have no owner without an account, user "" being the actor's. For
// oneself, or for admins. Errors: NotFound, Forbidden.
func (s *Service) SoleOwnership(ctx context.Context, actor model.Actor, user string) (h SoleOwnership, err error) {
	const op = "identity.SoleOwnership"
	name, err := accountOf(op, actor, user)
	if err != nil {
		return SoleOwnership{}, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, name)
		if err != nil {
			return err
		}
		h, err = soleOwnership(ctx, tx, u.ID)
		return err
	})
	return h, errs.Wrap(op, err)
}

func soleOwnership(ctx context.Context, tx *store.Tx, user int64) (h SoleOwnership, err error) {
	if h.Collections, err = tx.SolelyOwnedCollections(ctx, user, maxSoleOwned); err != nil {
		return SoleOwnership{}, err
	}
	h.Teams, err = tx.SolelyOwnedTeams(ctx, user, maxSoleOwned)
	return h, err
}

// DeleteOwnAccount removes the actor's own account, for good, if he shows that he means it: by his
// password, and by its name. What he pushed stays. Errors: Invalid for a wrong name or
// password, Conflict while something would have no owner or nobody would run the
// registry, Forbidden for a credential other than a login, RateLimited.
func (s *Service) DeleteOwnAccount(ctx context.Context, actor model.Actor, source, password, typed string) error {
	const op = "identity.DeleteOwnAccount"
	if actor.Via != model.BySession && actor.Via != model.ByPassword {
		return errs.E(op, errs.Forbidden, "An account is deleted after signing in to it; a token will not do.")
	}
	if strings.TrimSpace(typed) != actor.Name {
		return errs.E(op, errs.Invalid, "That is not the name of this account, which is %s.", actor.Name)
	}
	if _, err := s.Password(ctx, source, actor.Name, password); err != nil {
		if errs.Is(err, errs.Unauthenticated) {
			return errs.E(op, errs.Invalid, "The password is wrong.")
		}
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.deleteUser(ctx, actor, actor.Name))
}

// DeleteUser removes somebody's account, for good. What it pushed stays. For admins.
// Errors: NotFound, Forbidden, Conflict as for Leave.
func (s *Service) DeleteUser(ctx context.Context, actor model.Actor, user string) error {
	const op = "identity.DeleteUser"
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	return errs.Wrap(op, s.deleteUser(ctx, actor, user))
}

func (s *Service) deleteUser(ctx context.Context, actor model.Actor, user string) error {
	const op = "identity.deleteUser"
	return s.update(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		h, err := soleOwnership(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if !h.IsEmpty() {
			return errs.E(op, errs.Conflict, "%s alone owns %d collections and %d teams; hand them over or delete them first.",
				user, len(h.Collections), len(h.Teams))
		}
		return keepLastAdmin(ctx, tx, op, user, func() error {
			if err := tx.DeleteUser(ctx, u.ID); err != nil {
				return err
			}
			return tx.Record(ctx, actor.Did(model.UserDeleted, u.Name))
		})
	})
}
