package store

import (
	"context"
	"path/filepath"
	"time"

	"sregistry/app/errs"
)

// Copy writes what the database holds at one moment into a new file of SnapshotFolder,
// which is durable when it returns, though its name is not. Others go on writing
// meanwhile. Errors: NoSpace, Unavailable.
func (db *DB) Copy(ctx context.Context, name string) error {
	const op = "store.Copy"
	folder := filepath.Join(filepath.Dir(db.path), SnapshotFolder)
	if err := makeFolder(folder); err != nil {
		return errs.Wrap(op, err)
	}
	p, err := openPool(db.path, "BEGIN", nil, 1) // for the readers' connections may not even do this
	if err != nil {
		return wrap(op, err)
	}
	defer p.close()
	return errs.Wrap(op, copyInto(ctx, p.db, filepath.Join(folder, name)))
}

// OpenCopy opens a database file that nobody writes any more, of whatever version, for
// reading: View and Peek work, as far as the tables of that version allow.
func OpenCopy(path string) (*DB, error) {
	const op = "store.OpenCopy"
	db := &DB{now: time.Now, path: path}
	var err error
	db.read, err = openPool(path, "BEGIN", asItIs(), 1)
	return db, wrap(op, err)
}

// Schema gives the schema number of the file.
func (t *Tx) Schema(ctx context.Context) (int, error) {
	return one(ctx, t, "store.Schema", value[int], "PRAGMA user_version")
}

// Counts gives how many rows each table has.
func (t *Tx) Counts(ctx context.Context) (map[string]int64, error) {
	const op = "store.Counts"
	tables, err := all(ctx, t, op, value[string], "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'")
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64, len(tables))
	for _, name := range tables {
		if counts[name], err = one(ctx, t, op, value[int64], "SELECT count(*) FROM "+name); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// BlobTotals gives how many blobs are recorded, and how many bytes they have together.
func (t *Tx) BlobTotals(ctx context.Context) (blobs int, bytes int64, err error) {
	const op = "store.BlobTotals"
	if blobs, err = one(ctx, t, op, value[int], "SELECT count(*) FROM blobs"); err != nil {
		return 0, 0, err
	}
	bytes, err = one(ctx, t, op, value[int64], "SELECT coalesce(sum(size), 0) FROM blobs")
	return blobs, bytes, err
}
