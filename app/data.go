package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sregistry/app/backup"
	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/store"
)

// lockName is the file by which a server holds its data folder.
const lockName = "lock"

// data is an open data folder.
type data struct {
	dir   string
	lock  *os.File // nil without the lock
	db    *store.DB
	blobs *blob.Store
	// upgraded is what had to be done to a database of an older version.
	upgraded store.Upgrading
}

// openData opens the folder that everything is kept in, made with mode 0700 if it is
// missing. A server holds it for itself; the administrator's commands work beside one.
func openData(ctx context.Context, dir, schema string, server bool) (*data, error) {
	const op = "app.openData"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, folderError(op, dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, backup.Unfinished)); err == nil {
		return nil, errs.E(op, errs.Conflict, "A backup was being restored to the folder %s, and that did not end; run \"sregistry restore\" again.", dir)
	}
	d := &data{dir: dir}
	if server {
		if err := d.hold(); err != nil {
			return nil, err
		}
	}
	err := d.upgrade(ctx, schema)
	if err != nil {
		return nil, errors.Join(errs.Wrap(op, err), d.Close())
	}
	if d.db, err = store.Open(ctx, dir, schema); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), d.Close())
	}
	if d.blobs, err = blob.Open(dir); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), d.Close())
	}
	return d, nil
}

// hasRegistry refuses a folder in which there is no registry, so that none is made there.
func hasRegistry(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err != nil {
		return errs.Because("app.hasRegistry", errs.NotFound, err, "There is no registry in the folder %s; name the right one with --data.", dir)
	}
	return nil
}

// hold takes the folder for one server. The kernel releases it when the process ends,
// however it ends.
func (d *data) hold() error {
	const op = "app.hold"
	f, err := os.OpenFile(filepath.Join(d.dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return folderError(op, d.dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return errs.Because(op, errs.Conflict, err, "Another sregistry serves the data folder %s already; stop it, or choose another folder with --data.", d.dir)
	}
	d.lock = f
	return nil
}

// upgrade brings the database of an older version to the present one. Even a command that
// works beside a server does so, unless a server of the older version still runs.
func (d *data) upgrade(ctx context.Context, schema string) (err error) {
	const op = "app.upgrade"
	found, err := store.Version(ctx, d.dir)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if found == 0 || found == store.Present() {
		return nil
	}
	if d.lock == nil {
		if err := d.hold(); errs.Is(err, errs.Conflict) {
			return errs.Because(op, errs.Conflict, err, "The data folder %s is of another version (schema %d, this program has %d), and a server of that version runs on it; stop it first.", d.dir, found, store.Present())
		} else if err != nil {
			return err
		}
		defer func() {
			err = errors.Join(err, d.lock.Close())
			d.lock = nil
		}()
	}
	d.upgraded, err = store.Upgrade(ctx, d.dir, schema)
	return errs.Wrap(op, err)
}

// Close closes what is open, in the reverse order.
func (d *data) Close() error {
	var all error
	if d.blobs != nil {
		all = errors.Join(all, d.blobs.Close())
	}
	if d.db != nil {
		all = errors.Join(all, d.db.Close())
	}
	if d.lock != nil {
		all = errors.Join(all, d.lock.Close())
	}
	return all
}

// identity opens the accounts of the folder.
func (d *data) identity(ctx context.Context, options ...identity.Option) (*identity.Service, error) {
	return identity.Open(ctx, d.db, d.dir, options...)
}

// folderError says what is wrong with the data folder.
func folderError(op, dir string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errs.Because(op, errs.Forbidden, err, "The data folder %s cannot be written; give it to the user who runs the server, or choose another with --data.", dir)
	case errors.Is(err, syscall.ENOSPC):
		return errs.Because(op, errs.NoSpace, err, "The disk of the data folder %s is full.", dir)
	case errors.Is(err, syscall.ENOTDIR):
		return errs.Because(op, errs.Invalid, err, "%s is not a folder; choose another with --data.", dir)
	}
	return errs.Because(op, errs.Unavailable, err, "The data folder %s cannot be opened.", dir)
}
