package store

import (
	"context"
	"database/sql"
	"fmt"

	"sregistry/app/errs"
)

// version numbers the present schema. It goes up by one with every change of schema.sql
// after the first release, each with a step that brings older files there.
const version = 1

// create makes the tables in a new file, in one transaction with its version number, and
// refuses a file that this program does not know.
func create(ctx context.Context, db *sql.DB, schema string) error {
	const op = "store.create"
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return wrap(op, err)
	}
	defer tx.Rollback()
	var found int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return wrap(op, err)
	}
	switch {
	case found == version:
		return nil
	case found > version:
		return errs.E(op, errs.Invalid,
			"The database was written by a newer sregistry (schema %d, this program knows %d); start that one, or restore a backup.",
			found, version)
	case found != 0:
		return errs.E(op, errs.Invalid, "The database has the unknown schema %d; this program knows %d.", found, version)
	}
	if _, err := tx.ExecContext(ctx, schema+fmt.Sprintf("\nPRAGMA user_version = %d;", version)); err != nil {
		return wrap(op, err)
	}
	return wrap(op, tx.Commit())
}
