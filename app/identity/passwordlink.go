package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// PasswordLinkLife is how long a link by which a password is chosen can be used.
const PasswordLinkLife = 3 * 24 * time.Hour

// NewPasswordLink gives the secret of a link by which a person may choose a password,
// once: his first, or another if he forgot it. The present password stays until then; an
// earlier link ends. For admins. Errors: NotFound, Forbidden, Conflict for a robot or a
// disabled account.
func (s *Service) NewPasswordLink(ctx context.Context, actor model.Actor, user string) (secret string, expires time.Time, err error) {
	const op = "identity.NewPasswordLink"
	if err := requireAdmin(op, actor); err != nil {
		return "", time.Time{}, err
	}
	secret = rand.Text()
	hash := sha256.Sum256([]byte(secret))
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		u, err := tx.UserByName(ctx, user)
		switch {
		case err != nil:
			return err
		case u.Kind == model.Robot:
			return errs.E(op, errs.Conflict, "%s is a robot and has no password; make a token for it.", user)
		case u.Disabled:
			return errs.E(op, errs.Conflict, "The account %s is disabled; enable it first.", user)
		}
		expires = tx.Now.Add(PasswordLinkLife)
		if err := tx.SetPasswordLink(ctx, u.ID, hash[:], expires); err != nil {
			return err
		}
		return tx.Record(ctx, actor.Did(model.UserPasswordLink, u.Name))
	})
	return secret, expires, errs.Wrap(op, err)
}

// CheckPasswordLink tells whose link it is. Errors: NotFound for one that is wrong, used
// or expired.
func (s *Service) CheckPasswordLink(ctx context.Context, secret string) (model.User, error) {
	hash := sha256.Sum256([]byte(secret))
	u, err := peek(ctx, s.db, func(tx *store.Tx) (model.User, error) { return tx.PasswordLink(ctx, hash[:]) })
	return u, errs.Wrap("identity.CheckPasswordLink", err)
}

// UsePasswordLink gives the person of a link a password, ends all his sessions, and gives the
// actor that he is after signing in with it. Errors: Invalid for a password against the rules,
// and those of CheckPasswordLink.
func (s *Service) UsePasswordLink(ctx context.Context, secret, password string) (model.Actor, error) {
	const op = "identity.UsePasswordLink"
	u, err := s.CheckPasswordLink(ctx, secret)
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	if err := s.acceptPassword(ctx, u.Name, password); err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	secretHash := sha256.Sum256([]byte(secret))
	err = s.update(ctx, func(tx *store.Tx) error {
		// Here it is decided: another use of the link may have been first.
		if u, err = tx.PasswordLink(ctx, secretHash[:]); err != nil {
			return err
		}
		if err := tx.DeletePasswordLink(ctx, u.ID); err != nil {
			return err
		}
		if err := tx.SetPassword(ctx, u.ID, hash); err != nil {
			return err
		}
		if err := tx.DeleteSessionsOf(ctx, u.ID); err != nil {
			return err
		}
		return tx.Record(ctx, actorOf(u, model.NoCredential).Did(model.UserPassword, u.Name, "by", "link"))
	})
	if err != nil {
		return model.Actor{}, errs.Wrap(op, err)
	}
	return actorOf(u, model.ByPassword), nil
}
