package store

import (
	"context"
	"fmt"
	"path/filepath"
)

// Exec lets a test run a statement of its own.
func (t *Tx) Exec(ctx context.Context, text string, args ...any) error {
	return t.run(ctx, "store.Exec", text, args...)
}

// SetVersion writes a schema number into a closed database file.
func SetVersion(ctx context.Context, dir string, n int) error {
	p, err := openPool(filepath.Join(dir, FileName), "BEGIN", nil, 1)
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", n))
	return err
}

// Fill makes the database's disk full: from now on the file may not grow.
func (db *DB) Fill(ctx context.Context) error {
	c, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(c)
	var pages int
	if err := c.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return err
}

// Drain makes room again.
func (db *DB) Drain(ctx context.Context) error {
	c, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(c)
	_, err = c.ExecContext(ctx, "PRAGMA max_page_count = 1073741823")
	return err
}
