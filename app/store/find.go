package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"sregistry/app/errs"
)

// LogSuffix ends the name of the write-ahead log, which lies beside the database and belongs
// to it. What is in it is not in the database's file yet.
const LogSuffix = "-wal"

// File is what is known of a database file that nobody has opened.
type File struct {
	// Tables says that it has any; otherwise it is missing or empty.
	Tables bool
	// Log says that there is a write-ahead log with something in it.
	Log bool
	// Lineage is what the file itself says, without the log; zero if it says nothing.
	Lineage Lineage
}

// Find looks at the database file in folder dir, and changes nothing. Errors: Invalid for a
// file that is no database, Unavailable.
func Find(ctx context.Context, dir string) (File, error) {
	const op = "store.Find"
	path := filepath.Join(dir, FileName)
	var f File
	size, err := sizeOf(path + LogSuffix)
	if err != nil {
		return f, unreadable(op, err)
	}
	f.Log = size > 0
	if size, err = sizeOf(path); err != nil {
		return f, unreadable(op, err)
	}
	if size == 0 {
		return f, nil
	}
	p, err := openPool(path, "BEGIN", asItIs(), 1)
	if err != nil {
		return f, wrap(op, err)
	}
	tables := 0
	if err = p.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err == nil {
		f.Tables = tables > 0 || f.Log // of one that was just made, all is in the log
		err = p.db.QueryRowContext(ctx, "SELECT registry, mark, previous, generation FROM lineage").
			Scan(&f.Lineage.Registry, &f.Lineage.Mark, &f.Lineage.Previous, &f.Lineage.Generation)
		if err != nil {
			// It is of an older version, or half of it is in the log.
			f.Lineage, err = Lineage{}, nil
		}
	}
	if isCorrupt(err) && f.Log {
		// So it may look while a part of the log is being written into it.
		f.Tables, err = true, nil
	}
	return f, errs.Wrap(op, errors.Join(wrap(op, err), p.close()))
}

// asItIs has a file opened for reading as if nobody wrote it, and without its log.
func asItIs() url.Values {
	return url.Values{"mode": {"ro"}, "immutable": {"1"}, "_query_only": {"1"}, "_journal_mode": nil, "_synchronous": nil}
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// unreadable is the error of a database file that cannot even be looked at.
func unreadable(op string, err error) error {
	return errs.Because(op, errs.Unavailable, err, "The registry's data folder cannot be read. Its administrator must check its permissions.")
}

// Checkpoint moves what is in the write-ahead log into the file itself, as far as nobody
// reads what was there before, and reports whether that was all.
func (db *DB) Checkpoint(ctx context.Context) (bool, error) {
	const op = "store.Checkpoint"
	c, err := db.write.take(ctx)
	if err != nil {
		return false, err
	}
	defer db.write.give(c)
	var busy, inLog, moved int
	err = c.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &inLog, &moved)
	return busy == 0 && inLog == moved, wrap(op, err)
}
