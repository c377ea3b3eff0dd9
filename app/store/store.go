// Package store keeps Sregistry's rows in one SQLite file and gives them out as values of
// package model. It decides nothing: permission, names and rules are the core's.
//
// Entry points: Open, then View for reading several things in one snapshot, Update for a
// change, and Peek for a single statement on a hot path; queries are methods of Tx, one
// file per noun. There is one writer at a time and many readers. The trap: a Tx ends
// with its function, and no file or network may be touched inside one.
package store

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sregistry/app/errs"
)

// FileName is the database's name in the data folder.
const FileName = "sregistry.db"

// DB is the open database.
type DB struct {
	path        string
	read, write *pool // write is nil for a copy
	now         func() time.Time
	epoch       atomic.Uint64 // how many changes were made durable
	// around, if it is not nil, is called in place of every commit of a change.
	around func(commit func() error) error
}

// Option alters how a database is opened.
type Option func(*DB)

// WithClock makes the database take its times from now.
func WithClock(now func() time.Time) Option { return func(db *DB) { db.now = now } }

// WithCommits puts a layer around every commit of a change, for tests that look at what a
// process leaves which dies there, or that have it fail: what gives an error and does not
// call commit has the change undone.
func WithCommits(around func(commit func() error) error) Option {
	return func(db *DB) { db.around = around }
}

// Open opens the database in folder dir, and makes it from schema if it is not there yet.
// Errors: Invalid for a file of a newer version or one that is not a database, NoSpace.
func Open(ctx context.Context, dir, schema string, options ...Option) (*DB, error) {
	const op = "store.Open"
	path := filepath.Join(dir, FileName)
	db := &DB{path: path, now: time.Now}
	for _, o := range options {
		o(db)
	}
	// The database holds names and password hashes; the folder is closed to others, and so
	// is the file, should somebody open the folder. SQLite gives its other files the mode
	// of this one.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unwritable(op, err)
	}
	if err := file.Close(); err != nil {
		return nil, unwritable(op, err)
	}
	if db.write, err = openPool(path, beginWrite, nil, 1); err != nil {
		return nil, wrap(op, err)
	}
	if err := create(ctx, db.write.db, schema); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), db.write.close())
	}
	// Before anything else is open: what is shared by all connections is opened by the first,
	// and if that may only read, none writes as long as one of them is open.
	first, err := db.write.take(ctx)
	if err != nil {
		return nil, errors.Join(errs.Wrap(op, err), db.write.close())
	}
	db.write.give(first)
	readOnly := url.Values{"_query_only": {"1"}}
	if db.read, err = openPool(path, "BEGIN", readOnly, max(4, 2*runtime.NumCPU())); err != nil {
		return nil, errors.Join(wrap(op, err), db.write.close())
	}
	return db, nil
}

// Close waits for the work that is under way and folds the write-ahead log into the file.
func (db *DB) Close() error {
	if db.write == nil {
		return db.read.close()
	}
	return errors.Join(db.read.close(), db.write.close())
}

// ReadOnly reports whether the database can only be read.
func (db *DB) ReadOnly() bool { return db.write == nil }

// Peek runs fn without a transaction, for one statement on a hot path: a second one might
// see another state.
func (db *DB) Peek(ctx context.Context, fn func(*Tx) error) error {
	c, err := db.read.take(ctx)
	if err != nil {
		return err
	}
	defer db.read.give(c)
	return fn(&Tx{Now: db.now(), conn: c})
}

// View runs fn on one unchanging snapshot.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return db.transact(ctx, db.read, fn)
}

// Epoch tells states of the database apart: it goes up with every Update that has changed
// something, before Update returns. What was read after Epoch gave a number is up to date
// for as long as it gives the same. Other processes' changes do not count.
func (db *DB) Epoch() uint64 { return db.epoch.Load() }

// Update runs fn in a transaction which, if fn gives no error, is durable when Update
// returns; otherwise nothing has happened. One runs at a time. Errors: those of fn,
// NoSpace for a full disk, Unavailable if another process holds the file.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	err := db.transact(ctx, db.write, fn)
	db.epoch.Add(1) // also after an error: a commit may have failed only to say so
	return err
}

// Writes tells how many changes were begun, and how long they waited for their turn, all
// in all.
func (db *DB) Writes() (begun uint64, waited time.Duration) {
	return db.write.taken.Load(), time.Duration(db.write.waited.Load())
}

func (db *DB) transact(ctx context.Context, p *pool, fn func(*Tx) error) (err error) {
	const op = "store.transact"
	c, err := p.take(ctx)
	if err != nil {
		return err
	}
	defer p.give(c)
	tx := &Tx{Now: db.now(), conn: c}
	if err := tx.run(ctx, op, p.begin); err != nil {
		return err
	}
	// Ending a transaction must not be given up half way because a client left.
	done := context.WithoutCancel(ctx)
	committed := false
	defer func() { // even if fn panics
		if !committed && tx.run(done, op, "ROLLBACK") != nil {
			c.broken = true
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if p == db.write && db.around != nil {
		err = db.around(func() error { return tx.run(done, op, "COMMIT") })
	} else {
		err = tx.run(done, op, "COMMIT")
	}
	committed = err == nil
	return err
}

// Tx is a view of the database, by which queries are made. Now is the same moment for all
// of them.
type Tx struct {
	Now  time.Time
	conn *conn
}

// wrap turns an error of the driver into one of ours. A clash with a UNIQUE or PRIMARY KEY
// constraint is a Conflict, with a bare sentence; callers say what exists already.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return errs.Wrap(op, err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return errs.Because(op, errs.Conflict, err, "That already exists.")
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return errs.Because(op, errs.NoSpace, err, "The registry's disk is full; ask its administrator to make room.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errs.Because(op, errs.Unavailable, err, "The registry's database is busy; try again in a moment.")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return unwritable(op, err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT: // which SQLite also says of a part that the disk does not give
		return errs.Because(op, errs.Internal, err, "The database file is damaged, or its disk does not give it any more; look at the system's log, and restore a backup if the disk is well.")
	case sqlite3.SQLITE_IOERR:
		return errs.Because(op, errs.Internal, err, diskFailed)
	case sqlite3.SQLITE_INTERRUPT:
		return errs.Because(op, errs.Canceled, err, "The request was given up.")
	}
	return &errs.Error{Op: op, Kind: errs.Internal, Cause: err}
}

// isCorrupt reports whether an error is that of a file which is no whole database.
func isCorrupt(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_NOTADB || e.Code()&0xff == sqlite3.SQLITE_CORRUPT)
}

// diskFailed is the sentence of an error of the disk, other than that it is full.
const diskFailed = "The disk of the database has failed; look at the system's log."

// errReadOnly is a connection that was to write, and cannot.
var errReadOnly = errors.New("the file could be opened for reading only")

// isReadOnly reports whether an error is that of such a connection.
func isReadOnly(err error) bool {
	var e *sqlite.Error
	return errors.Is(err, errReadOnly) || errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_READONLY
}

// unwritable is the error of a folder that cannot be written, or not any further.
func unwritable(op string, err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return errs.Because(op, errs.NoSpace, err, "The registry's disk is full; ask its administrator to make room.")
	}
	return errs.Because(op, errs.Unavailable, err, "The registry's data folder cannot be written; its administrator must look at its permissions.")
}
