package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sregistry/app/errs"
)

// SnapshotFolder is the part of the data folder that keeps the database as it was before
// an upgrade, and for a backup while that is under way.
const SnapshotFolder = "snapshots"

// maxSnapshots is how many of them are kept.
const maxSnapshots = 3

// saveSnapshot copies the database into a file that is durable when it returns, named
// after its version and the time, and lets the oldest such files go.
func saveSnapshot(ctx context.Context, db *sql.DB, dir string, from int) (string, error) {
	const op = "store.saveSnapshot"
	folder := filepath.Join(dir, SnapshotFolder)
	if err := makeFolder(folder); err != nil {
		return "", noSnapshot(op, folder, err)
	}
	name := filepath.Join(folder, fmt.Sprintf("schema-%04d-%s.db", from, time.Now().UTC().Format("20060102T150405.000Z")))
	half := filepath.Join(folder, "unfinished")
	err := copyInto(ctx, db, half)
	if err == nil {
		err = os.Rename(half, name)
	}
	if err == nil {
		err = errors.Join(syncName(folder), syncName(dir))
	}
	if err != nil {
		_ = os.Remove(half) // or the next upgrade does
		return "", noSnapshot(op, folder, err)
	}
	return name, dropSnapshots(folder)
}

func makeFolder(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return unwritable("store.makeFolder", err)
	}
	return nil
}

// copyInto writes what the database holds at one moment into a new file with mode 0600,
// without hindering its writer, and makes the bytes durable, though not the name.
func copyInto(ctx context.Context, db *sql.DB, path string) error {
	const op = "store.copyInto"
	// SQLite takes an empty file as a new one, and does not say which mode it would make.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return unwritable(op, err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return unwritable(op, err)
	}
	defer f.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_ERROR {
		// It says that the file exists if it cannot learn how large that is.
		return errs.Because(op, errs.Internal, err, diskFailed)
	}
	if err != nil {
		return wrap(op, err)
	}
	if err := f.Sync(); err != nil {
		return unwritable(op, err)
	}
	return nil
}

// noSnapshot is the error of an upgrade that was not begun.
func noSnapshot(op, folder string, err error) error {
	kind := errs.Unavailable
	if errs.Is(err, errs.NoSpace) {
		kind = errs.NoSpace
	}
	cause := errors.New(err.Error()) // without its own sentence, which says less
	return errs.Because(op, kind, cause, "The database is of an older version, and the copy of it that is made before an upgrade cannot be written to %s; nothing was changed. Make room there, or give the folder to the user who runs the server, and start again.", folder)
}

// dropSnapshots removes all but the newest snapshots of upgrades.
func dropSnapshots(folder string) error {
	const op = "store.dropSnapshots"
	names, err := filepath.Glob(filepath.Join(folder, "schema-*.db"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	slices.Sort(names) // by version, then by time
	for _, name := range names[:max(0, len(names)-maxSnapshots)] {
		if err := os.Remove(name); err != nil {
			return unwritable(op, err)
		}
	}
	return nil
}

// syncName makes the names in a folder durable.
func syncName(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return unwritable("store.syncName", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return unwritable("store.syncName", err)
	}
	return nil
}
