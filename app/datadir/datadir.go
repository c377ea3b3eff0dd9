// Package datadir opens the one folder that the registry keeps everything in: the lock by
// which a server holds it, the database, brought to this program's version, and the images'
// files. It closes them in the reverse order, and knows nothing of what is in them.
//
// Entry points: OpenExclusive for the server, Open for the commands that work beside it, and
// Require before a command that must not make a new registry. The trap: opening makes what is
// missing, so a folder that is named wrongly becomes a registry unless Require is asked first.
package datadir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"sregistry/app/backup"
	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/store"
)

// lockName is the file by which a server holds its data folder.
const lockName = "lock"

// closeTime bounds how long a server that ends waits for the database.
const closeTime = 5 * time.Second

// Dir is an open data folder.
type Dir struct {
	Path  string
	DB    *store.DB
	Blobs *blob.Store
	// Upgraded is what had to be done to a database of an older version.
	Upgraded store.Upgrading
	// Stranger tells a server why the database may not know the files that it is beside; until
	// a grace period is over, nothing is removed because of that. It is empty if it knows them.
	Stranger Stranger

	lock        *os.File // nil without the lock
	announced   bool
	newDatabase bool
	strange     bool // a new database was made beside the files of another
	marked      bool // the folder has the mark of the database
}

// Option alters how a folder is opened.
type Option func(*Dir)

// NewDatabase has an empty database made for a folder that has lost its own.
func NewDatabase() Option { return func(d *Dir) { d.newDatabase = true } }

// Open opens a data folder beside the server that may run on it. A missing one is made, with
// mode 0700. Errors: Conflict, also if its database is lost; Forbidden, Invalid, NoSpace,
// Unavailable.
func Open(ctx context.Context, path, schema string) (*Dir, error) {
	return open(ctx, path, schema, false)
}

// OpenExclusive opens a data folder for one server, which holds it until it is closed. Errors:
// those of Open, and Conflict where another server holds it.
func OpenExclusive(ctx context.Context, path, schema string, options ...Option) (*Dir, error) {
	return open(ctx, path, schema, true, options...)
}

func open(ctx context.Context, dir, schema string, exclusive bool, options ...Option) (*Dir, error) {
	const op = "datadir.Open"
	if err := blob.MakeFolder(dir); err != nil {
		return nil, folderError(op, dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, backup.Unfinished)); err == nil {
		return nil, errs.E(op, errs.Conflict, "A backup was being restored to the folder %s, and that did not end; run \"sregistry restore\" again.", dir)
	}
	d := &Dir{Path: dir}
	for _, o := range options {
		o(d)
	}
	if exclusive {
		if err := d.hold(); err != nil {
			return nil, err
		}
	}
	if err := d.open(ctx, schema, exclusive); err != nil {
		return nil, errors.Join(errs.Wrap(op, err), d.Close())
	}
	return d, nil
}

// open opens what is in the folder, in its order.
func (d *Dir) open(ctx context.Context, schema string, exclusive bool) error {
	missing, err := d.seek(ctx)
	if err != nil {
		return err
	}
	if err := d.upgrade(ctx, schema); err != nil {
		return err
	}
	if d.DB, err = store.Open(ctx, d.Path, schema); err != nil {
		return err
	}
	if d.Blobs, err = blob.Open(d.Path); err != nil || !exclusive {
		return err
	}
	if err := d.meet(ctx, missing); err != nil {
		return err
	}
	d.marked = true
	return nil
}

// hold takes the folder for one server. The kernel releases it when the process ends,
// however it ends.
func (d *Dir) hold() error {
	const op = "datadir.hold"
	f, err := os.OpenFile(filepath.Join(d.Path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return folderError(op, d.Path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return errs.Because(op, errs.Conflict, err, "Another sregistry serves the data folder %s already; stop it, or choose another folder with --data.", d.Path)
	}
	d.lock = f
	return nil
}

// upgrade brings the database of an older version to the present one. Even a command that
// works beside a server does so, unless a server of the older version still runs.
func (d *Dir) upgrade(ctx context.Context, schema string) (err error) {
	const op = "datadir.upgrade"
	found, err := store.Version(ctx, d.Path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if found == 0 || found == store.CurrentVersion() {
		return nil
	}
	if d.lock == nil {
		if err := d.hold(); errs.Is(err, errs.Conflict) {
			return errs.Because(op, errs.Conflict, err, "The data folder %s is of another version (schema %d, this program has %d), and a server of that version runs on it; stop it first.", d.Path, found, store.CurrentVersion())
		} else if err != nil {
			return err
		}
		defer func() {
			err = errors.Join(err, d.lock.Close())
			d.lock = nil
		}()
	}
	d.Upgraded, err = store.Upgrade(ctx, d.Path, schema)
	return errs.Wrap(op, err)
}

// Close closes what is open, in the reverse order. A copy of the database that was made
// meanwhile is an older one afterwards.
func (d *Dir) Close() error {
	var all error
	if d.marked {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		// Without it, only such a copy goes unnoticed. The disk may be full, or gone.
		_ = d.RenewMark(ctx)
		cancel()
	}
	if d.Blobs != nil {
		all = errors.Join(all, d.Blobs.Close())
	}
	if d.DB != nil {
		all = errors.Join(all, d.DB.Close())
	}
	if d.lock != nil {
		all = errors.Join(all, d.withdraw(), d.lock.Close())
	}
	return all
}

// Identity opens the accounts of the folder.
func (d *Dir) Identity(ctx context.Context, options ...identity.Option) (*identity.Service, error) {
	return identity.Open(ctx, d.DB, d.Path, options...)
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
