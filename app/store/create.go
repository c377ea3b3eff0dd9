package store

import (
	"context"
	"database/sql"
	"fmt"

	"sregistry/app/errs"
)

// The sentences for a file that this program must not touch.
const (
	newerFile   = "The database was written by a newer sregistry (schema %d, this program knows %d); start that one, or restore a backup from before the upgrade."
	unknownFile = "The database has tables, but no version that this program knows: it was made by an unfinished sregistry, or is another program's. Name another folder with --data, or restore a backup."
	olderFile   = "The database has the older schema %d, this program needs %d; start the server once, which brings it there."
)

// create makes the tables in a new file, in one transaction with its version number, and
// refuses a file that is not of the present version, in its number or in its tables.
func create(ctx context.Context, db *sql.DB, schema string) error {
	const op = "store.create"
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return wrap(op, err)
	}
	defer tx.Rollback()
	found, err := fileVersion(ctx, tx)
	if err != nil {
		return errs.Wrap(op, err)
	}
	switch {
	case found == CurrentVersion():
		return errs.Wrap(op, sameShape(ctx, tx, schema))
	case found > CurrentVersion():
		return errs.E(op, errs.Invalid, newerFile, found, CurrentVersion())
	case found != 0:
		return errs.E(op, errs.Invalid, olderFile, found, CurrentVersion())
	}
	if _, err := tx.ExecContext(ctx, schema+setVersion(CurrentVersion())); err != nil {
		return wrap(op, err)
	}
	return wrap(op, tx.Commit())
}

// queryer is a connection or a transaction of package database/sql.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// fileVersion gives the schema number of a file; 0 for one without tables. Errors: Invalid
// for one with tables and without a number.
func fileVersion(ctx context.Context, db queryer) (found int, err error) {
	const op = "store.fileVersion"
	tables := 0
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return 0, wrap(op, err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, wrap(op, err)
	}
	if found < 0 || (found == 0) != (tables == 0) {
		return 0, errs.E(op, errs.Invalid, unknownFile)
	}
	return found, nil
}

// setVersion is the statement that numbers a file.
func setVersion(n int) string { return fmt.Sprintf("\nPRAGMA user_version = %d;", n) }
