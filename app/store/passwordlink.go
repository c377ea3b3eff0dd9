package store

import (
	"context"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// SetPasswordLink keeps the one link by which a user may choose a password; an earlier
// one is no longer good.
func (t *Tx) SetPasswordLink(ctx context.Context, user int64, secretHash []byte, expires time.Time) error {
	return t.run(ctx, "store.SetPasswordLink", `INSERT INTO password_links (user_id, secret_hash, expires_at) VALUES (?1, ?2, ?3)
	  ON CONFLICT (user_id) DO UPDATE SET secret_hash = ?2, expires_at = ?3`, user, secretHash, unix(expires))
}

// PasswordLink finds the enabled user of a link that has not expired. Errors: NotFound.
func (t *Tx) PasswordLink(ctx context.Context, secretHash []byte) (model.User, error) {
	const op = "store.PasswordLink"
	u, err := one(ctx, t, op, scanUser, "SELECT "+userColumns+userTables+` JOIN password_links l ON l.user_id = u.id
	  WHERE l.secret_hash = ? AND l.expires_at > ? AND u.disabled = 0`, secretHash, unix(t.Now))
	if errs.Is(err, errs.NotFound) {
		return model.User{}, errs.E(op, errs.NotFound, "This link was used, or is too old; ask an administrator for another.")
	}
	return u, err
}

// DeletePasswordLink ends a user's link, if he has one.
func (t *Tx) DeletePasswordLink(ctx context.Context, user int64) error {
	return t.run(ctx, "store.DeletePasswordLink", "DELETE FROM password_links WHERE user_id = ?", user)
}
