package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"sregistry/app/errs"
)

// scanner is one row, ready to be read.
type scanner interface{ Scan(dest ...any) error }

// each runs a query and hands every row to fn.
func (t *Tx) each(ctx context.Context, op, text string, args []any, fn func(scanner) error) error {
	s, err := t.conn.statement(ctx, text)
	if err != nil {
		return wrap(op, err)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return wrap(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return wrap(op, err)
		}
	}
	return wrap(op, rows.Err())
}

// all gives every row of a query as a T.
func all[T any](ctx context.Context, t *Tx, op string, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	var list []T
	err := t.each(ctx, op, text, args, func(row scanner) error {
		v, err := scan(row)
		list = append(list, v)
		return err
	})
	return list, err
}

// one gives the first row of a query as a T. Errors: NotFound if there is none, with a
// bare sentence; callers say what was not found.
func one[T any](ctx context.Context, t *Tx, op string, scan func(scanner) (T, error), text string, args ...any) (T, error) {
	var zero T
	s, err := t.conn.statement(ctx, text)
	if err != nil {
		return zero, wrap(op, err)
	}
	v, err := scan(s.QueryRowContext(ctx, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return zero, errs.E(op, errs.NotFound, "There is no such thing.")
	}
	if err != nil {
		return zero, wrap(op, err)
	}
	return v, nil
}

// value is the scan of a query with one column.
func value[T any](row scanner) (T, error) {
	var v T
	return v, row.Scan(&v)
}

// exec runs a statement and tells how many rows it changed.
func (t *Tx) exec(ctx context.Context, op, text string, args ...any) (int64, error) {
	s, err := t.conn.statement(ctx, text)
	if err != nil {
		return 0, wrap(op, err)
	}
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, wrap(op, err)
	}
	n, err := result.RowsAffected()
	return n, wrap(op, err)
}

// run is exec for a statement whose count does not matter.
func (t *Tx) run(ctx context.Context, op, text string, args ...any) error {
	_, err := t.exec(ctx, op, text, args...)
	return err
}

// unix writes a time as the database keeps it; the zero time is 0.
func unix(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

// fromUnix is the inverse of unix.
func fromUnix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
