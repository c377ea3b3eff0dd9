package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"sregistry/app/errs"
)

// Upgrading is an upgrade that was made: from one version to another, the same if there
// was nothing to do.
type Upgrading struct {
	From, To int
	Snapshot string // file that holds the database as it was
}

// Upgrade brings the database file in folder dir to the present version, if it is an older
// one: first a snapshot of it, then step by step, each in one transaction with its number,
// so that whatever happens the file is wholly of one version. The caller has to keep all
// other processes away. A file that is missing is left to Open. Errors: Invalid for a
// file of a newer or unknown version, NoSpace and Unavailable if the snapshot cannot be
// written, after which nothing has changed.
func Upgrade(ctx context.Context, dir, schema string) (Upgrading, error) {
	const op = "store.Upgrade"
	found, err := Version(ctx, dir)
	if err != nil {
		return Upgrading{}, errs.Wrap(op, err)
	}
	done := Upgrading{From: found, To: CurrentVersion()}
	switch {
	case found == 0 || found == CurrentVersion():
		done.From = done.To
		return done, nil
	case found > CurrentVersion():
		return done, errs.E(op, errs.Invalid, newerFile, found, CurrentVersion())
	}
	// Steps may rebuild tables that others refer to, so references are looked at only when
	// a step has done all; inside a transaction this cannot be switched.
	p, err := openPool(filepath.Join(dir, FileName), beginWrite, url.Values{"_foreign_keys": {"0"}}, 1)
	if err != nil {
		return done, wrap(op, err)
	}
	if done.Snapshot, err = saveSnapshot(ctx, p.db, dir, found); err == nil {
		err = runSteps(ctx, p.db, found, schema)
	}
	return done, errs.Wrap(op, errors.Join(err, p.close()))
}

// Version gives the schema number of the database file in folder dir; 0 if there is none
// yet. Errors: Invalid for a file that no released version made.
func Version(ctx context.Context, dir string) (int, error) {
	const op = "store.Version"
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	} else if err != nil {
		return 0, unwritable(op, err)
	}
	p, err := openPool(path, "BEGIN", url.Values{"_query_only": {"1"}}, 1)
	if err != nil {
		return 0, wrap(op, err)
	}
	found, err := fileVersion(ctx, p.db)
	return found, errs.Wrap(op, errors.Join(err, p.close()))
}

// runSteps takes a file from version found to the present one.
func runSteps(ctx context.Context, db *sql.DB, found int, schema string) error {
	for next := found + 1; next <= CurrentVersion(); next++ {
		text, err := stepTo(next)
		if err != nil {
			return err
		}
		last := ""
		if next == CurrentVersion() {
			last = schema
		}
		if err := step(ctx, db, next, text, last); err != nil {
			return err
		}
	}
	return nil
}

// step brings a file to version n. The last one has to lead to the schema.
func step(ctx context.Context, db *sql.DB, n int, text, schema string) error {
	const op = "store.step"
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return wrap(op, err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, text+setVersion(n)); err != nil {
		return wrap(op, err)
	}
	dangling := false
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pragma_foreign_key_check)").Scan(&dangling); err != nil {
		return wrap(op, err)
	}
	if dangling {
		return errs.E(op, errs.Invalid, "The database cannot be brought to schema %d: rows in it name others that are not there. Restore a backup, or ask for help with what the old version's \"sregistry check\" says.", n)
	}
	if schema != "" {
		if err := sameShape(ctx, tx, schema); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return wrap(op, tx.Commit())
}
