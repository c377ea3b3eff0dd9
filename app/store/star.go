package store

import "context"

// SetStar gives a container a user's star, or takes it away.
func (t *Tx) SetStar(ctx context.Context, user, container int64, given bool) error {
	const op = "store.SetStar"
	if !given {
		return t.run(ctx, op, "DELETE FROM stars WHERE user_id = ? AND container_id = ?", user, container)
	}
	return t.run(ctx, op, "INSERT INTO stars (user_id, container_id, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", user, container, unix(t.Now))
}

// HasStar reports whether a user has given a container his star.
func (t *Tx) HasStar(ctx context.Context, user, container int64) (bool, error) {
	return one(ctx, t, "store.HasStar", value[bool],
		"SELECT EXISTS (SELECT 1 FROM stars WHERE user_id = ? AND container_id = ?)", user, container)
}
