package store

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"
)

// pinned is the condition under which the file of a blob b is still needed by a backup
// that is under way. Its parameter is the present time.
const pinned = "EXISTS (SELECT 1 FROM pins WHERE expires_at > :now AND b.digest > reached)"

// Pin keeps the files of all blobs from being removed for a while, by whatever process.
// Pins that have expired go.
func (t *Tx) Pin(ctx context.Context, id string, life time.Duration) error {
	const op = "store.Pin"
	if err := t.run(ctx, op, "DELETE FROM pins WHERE expires_at <= ?", unix(t.Now)); err != nil {
		return err
	}
	return t.run(ctx, op, "INSERT INTO pins (id, created_at, expires_at) VALUES (?, ?, ?)", id, unix(t.Now), unix(t.Now.Add(life)))
}

// RenewPin lets a pin live on, for the blobs after a digest. It is false for a pin that
// has expired: files may be gone.
func (t *Tx) RenewPin(ctx context.Context, id string, reached digest.Digest, life time.Duration) (bool, error) {
	n, err := t.exec(ctx, "store.RenewPin", "UPDATE pins SET reached = ?, expires_at = ? WHERE id = ? AND expires_at > ?",
		reached, unix(t.Now.Add(life)), id, unix(t.Now))
	return n == 1, err
}

// Unpin ends a pin.
func (t *Tx) Unpin(ctx context.Context, id string) error {
	return t.run(ctx, "store.Unpin", "DELETE FROM pins WHERE id = ?", id)
}

// Pinned reports whether a pin lives.
func (t *Tx) Pinned(ctx context.Context, id string) (bool, error) {
	return one(ctx, t, "store.Pinned", value[bool], "SELECT EXISTS (SELECT 1 FROM pins WHERE id = ? AND expires_at > ?)", id, unix(t.Now))
}
