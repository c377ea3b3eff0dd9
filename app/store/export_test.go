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
