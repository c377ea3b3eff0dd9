package store

import (
	"context"
	"time"
)

// Lineage tells which database this is, among its copies and others.
type Lineage struct {
	// Registry was drawn when the database was made. Its copies have the same.
	Registry string
	// Mark is drawn anew now and then, and kept beside the files that the database knows.
	// Previous is the one before, in case the new one did not get there.
	Mark, Previous string
	Generation     int64 // how many marks were drawn
	// Arrived is since when the database is in use beside files that it may not know; zero
	// if it knows them all.
	Arrived  time.Time
	KeyCheck string // of the server's key; empty as long as there was none
}

// Lineage gives that of the database.
func (t *Tx) Lineage(ctx context.Context) (Lineage, error) {
	return one(ctx, t, "store.Lineage", func(row scanner) (Lineage, error) {
		var l Lineage
		var arrived int64
		err := row.Scan(&l.Registry, &l.Mark, &l.Previous, &l.Generation, &arrived, &l.KeyCheck)
		l.Arrived = fromUnix(arrived)
		return l, err
	}, "SELECT registry, mark, previous, generation, arrived_at, key_check FROM lineage")
}

// SetMark gives the database a new mark, of a generation after its own and after another.
func (t *Tx) SetMark(ctx context.Context, mark string, after int64) error {
	return t.run(ctx, "store.SetMark", "UPDATE lineage SET previous = mark, mark = ?, generation = max(generation, ?) + 1", mark, after)
}

// SetArrived notes that the database may not know all files from now on, or that it does.
func (t *Tx) SetArrived(ctx context.Context, arrived bool) error {
	at := time.Time{}
	if arrived {
		at = t.Now
	}
	return t.run(ctx, "store.SetArrived", "UPDATE lineage SET arrived_at = ?", unix(at))
}

// SetKeyCheck notes what the server's key is known by.
func (t *Tx) SetKeyCheck(ctx context.Context, check string) error {
	return t.run(ctx, "store.SetKeyCheck", "UPDATE lineage SET key_check = ?", check)
}
