package identity

import (
	"context"
	"errors"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// The bounds of a password, in bytes: the lower one against guessing, the upper one
// against the work of hashing.
const (
	minPassword = 10
	maxPassword = 1024
)

// errCurrentPassword tells a wrong present password from a new one against the rules.
var errCurrentPassword = errs.E("identity.ChangePassword", errs.Invalid, "The present password is wrong.")

// IsCurrentPassword reports whether ChangePassword failed because the present password was
// wrong.
func IsCurrentPassword(err error) bool { return errors.Is(err, errCurrentPassword) }

// acceptPassword holds a new password to the rules and to the administrator's list. Errors:
// Invalid, Unavailable.
func (s *Service) acceptPassword(ctx context.Context, name, password string) error {
	if err := checkPassword(name, password); err != nil {
		return err
	}
	return s.refuseListed(ctx, password)
}

// checkPassword holds a new password to the rules. Errors: Invalid.
func checkPassword(name, password string) error {
	const op = "identity.checkPassword"
	switch {
	case len(password) < minPassword:
		return errs.E(op, errs.Invalid, "The password is too short; use at least %d characters.", minPassword)
	case len(password) > maxPassword:
		return errs.E(op, errs.Invalid, "The password is too long; use at most %d characters.", maxPassword)
	case strings.EqualFold(password, name):
		return errs.E(op, errs.Invalid, "The password is the name; choose another.")
	case strings.HasPrefix(password, tokenPrefix):
		return errs.E(op, errs.Invalid, "The password looks like a token; choose another.")
	}
	return nil
}

// hash hashes a new password when its turn comes.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return "", errs.Wrap("identity.hash", ctx.Err())
	}
	defer func() { <-s.hashing }()
	return s.cost.hashPassword(password), nil
}

// SetPassword gives a person a new password and ends all his sessions. For admins.
// Errors: Invalid, Forbidden, NotFound, Conflict for a robot.
func (s *Service) SetPassword(ctx context.Context, actor model.Actor, user, password string) error {
	const op = "identity.SetPassword"
	if err := requireAdmin(op, actor); err != nil {
		return err
	}
	return errs.Wrap(op, s.setPassword(ctx, actor, user, password))
}

// ChangePassword gives the actor a new password, if he knows the present one, and ends
// all his sessions; the caller signs him in again. Errors: Invalid, Forbidden for a
// credential other than a login, and those of Password.
func (s *Service) ChangePassword(ctx context.Context, actor model.Actor, source, current, next string) error {
	const op = "identity.ChangePassword"
	if actor.Via != model.BySession && actor.Via != model.ByPassword {
		return errs.E(op, errs.Forbidden, "A password is changed after signing in with it; a token will not do.")
	}
	if _, err := s.Password(ctx, source, actor.Name, current); err != nil {
		if errs.Is(err, errs.Unauthenticated) {
			return errCurrentPassword
		}
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.setPassword(ctx, actor, actor.Name, next))
}

func (s *Service) setPassword(ctx context.Context, actor model.Actor, user, password string) error {
	const op = "identity.setPassword"
	if err := s.acceptPassword(ctx, user, password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, user)
		if err != nil {
			return err
		}
		if u.Kind == model.Robot {
			return errs.E(op, errs.Conflict, "%s is a robot and has no password; make a token for it.", user)
		}
		if err := tx.SetPassword(ctx, u.ID, hash); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOf(ctx, u.ID); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.UserPassword, u.Name))
	})
}

// update is a change of the database after which nothing cached is believed.
func (s *Service) update(ctx context.Context, fn func(*store.Tx) error) error {
	defer s.invalidateCaches()
	return s.db.Update(ctx, fn)
}
