package store

import (
	"context"
	"time"

	"sregistry/app/model"
)

// AddInvitation records an invitation by the hash of its secret.
func (t *Tx) AddInvitation(ctx context.Context, team int64, secretHash []byte, by int64, expires time.Time) error {
	return t.run(ctx, "store.AddInvitation", `INSERT INTO invitations (team_id, secret_hash, created_by, created_at, expires_at)
	  VALUES (?, ?, nullif(?, 0), ?, ?)`, team, secretHash, by, unix(t.Now), unix(expires))
}

// invitationColumns are those of an invitation i.
const invitationColumns = `i.id, n.name, coalesce((SELECT un.name FROM users u JOIN names un ON un.id = u.name_id WHERE u.id = i.created_by), ''),
  i.created_at, i.expires_at FROM invitations i JOIN teams t ON t.id = i.team_id JOIN names n ON n.id = t.name_id`

func scanInvitation(row scanner) (model.Invitation, error) {
	var i model.Invitation
	var created, expires int64
	err := row.Scan(&i.ID, &i.Team, &i.By, &created, &expires)
	i.Created, i.Expires = fromUnix(created), fromUnix(expires)
	return i, err
}

// Invitation finds an invitation that has not expired by the hash of its secret, and the id
// of who made it, 0 if his account is gone. Errors: NotFound.
func (t *Tx) Invitation(ctx context.Context, secretHash []byte) (inv model.Invitation, by int64, err error) {
	const op = "store.Invitation"
	if inv, err = one(ctx, t, op, scanInvitation,
		"SELECT "+invitationColumns+" WHERE i.secret_hash = ? AND i.expires_at > ?", secretHash, unix(t.Now)); err != nil {
		return inv, 0, err
	}
	by, err = one(ctx, t, op, value[int64], "SELECT coalesce(created_by, 0) FROM invitations WHERE id = ?", inv.ID)
	return inv, by, err
}

// Invitations gives the live invitations to a team, the newest first, at most limit.
func (t *Tx) Invitations(ctx context.Context, team int64, limit int) ([]model.Invitation, error) {
	return all(ctx, t, "store.Invitations", scanInvitation,
		"SELECT "+invitationColumns+" WHERE i.team_id = ? AND i.expires_at > ? ORDER BY i.id DESC LIMIT ?", team, unix(t.Now), limit)
}

// UseInvitation takes an invitation away, so that it works once.
func (t *Tx) UseInvitation(ctx context.Context, id int64) error {
	return t.run(ctx, "store.UseInvitation", "DELETE FROM invitations WHERE id = ?", id)
}

// TakeInvitation takes one of a team's invitations back, and reports whether there was one.
func (t *Tx) TakeInvitation(ctx context.Context, team, id int64) (bool, error) {
	n, err := t.exec(ctx, "store.TakeInvitation", "DELETE FROM invitations WHERE team_id = ? AND id = ?", team, id)
	return n > 0, err
}

// SweepLinks forgets invitations and shares that have expired.
func (t *Tx) SweepLinks(ctx context.Context) error {
	const op = "store.SweepLinks"
	if err := t.run(ctx, op, "DELETE FROM invitations WHERE expires_at <= ?", unix(t.Now)); err != nil {
		return err
	}
	return t.run(ctx, op, "DELETE FROM shares WHERE expires_at <= ?", unix(t.Now))
}
