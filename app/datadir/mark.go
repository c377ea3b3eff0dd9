package datadir

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sregistry/app/errs"
	"sregistry/app/owner"
	"sregistry/app/store"
)

// markName is the file that tells which database belongs to the folder.
const markName = "sregistry.id"

// mark is what the folder knows of its database. The database has the same in it, so an older
// copy of it, or another one, is known by a mark that differs.
type mark struct {
	Registry   string `json:"registry"`
	Generation int64  `json:"generation"`
	Mark       string `json:"mark"`
	// InFile is the last generation that is known to be in the database's file itself, and
	// not only in its log; 0 if none is.
	InFile int64 `json:"inFile"`
}

// readMark reads the mark of a folder; the zero value if there is none. One that cannot be
// understood is none.
func readMark(dir string) (mark, error) {
	text, err := os.ReadFile(filepath.Join(dir, markName))
	if errors.Is(err, fs.ErrNotExist) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, folderError("datadir.readMark", dir, err)
	}
	var m mark
	if json.Unmarshal(text, &m) != nil {
		return mark{}, nil
	}
	return m, nil
}

// writeMark writes the mark of a folder durably.
func writeMark(dir string, m mark) error {
	const op = "datadir.writeMark"
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return errs.Wrap(op, err)
	}
	path := filepath.Join(dir, markName)
	f, err := owner.Of(dir).OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC)
	if err != nil {
		return folderError(op, dir, err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = sync(dir)
	}
	if err != nil {
		return folderError(op, dir, err)
	}
	return nil
}

// sync makes the names in a folder durable.
func sync(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// RenewMark draws a new mark, in the database and in the folder, so that a copy of the
// database that was made before is known as an older one. Whoever copies the database does so
// afterwards. Errors: Conflict if the mark is another one's by now.
func (d *Dir) RenewMark(ctx context.Context) error { return d.renewMark(ctx, false) }

// renewMark is RenewMark; adopt takes the database for the folder's own, whatever its mark.
func (d *Dir) renewMark(ctx context.Context, adopt bool) (err error) {
	const op = "datadir.RenewMark"
	unlock, err := d.lockMark()
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	m, err := readMark(d.Path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var now store.Lineage
	err = d.DB.Update(ctx, func(tx *store.Tx) error {
		l, err := tx.Lineage(ctx)
		if err != nil {
			return err
		}
		switch {
		case m.Mark == "" && !adopt: // no server has met the database yet
			now = l
			return nil
		case adopt, m.Mark == l.Mark:
			if err := tx.SetMark(ctx, rand.Text(), m.Generation); err != nil {
				return err
			}
		case m.Mark == l.Previous: // the folder did not get the last one
		default:
			return errs.E(op, errs.Conflict, "The database in %s was replaced while it was in use. Restart the server.", d.Path)
		}
		now, err = tx.Lineage(ctx)
		return err
	})
	if err != nil || m.Mark == "" && !adopt {
		return errs.Wrap(op, err)
	}
	next := mark{now.Registry, now.Generation, now.Mark, m.InFile}
	if adopt {
		next.InFile = 0
	}
	if err := writeMark(d.Path, next); err != nil {
		return errs.Wrap(op, err)
	}
	if all, err := d.DB.Checkpoint(ctx); err != nil || !all {
		return errs.Wrap(op, err)
	}
	next.InFile = next.Generation
	return errs.Wrap(op, writeMark(d.Path, next))
}

// lockMark keeps other processes from drawing a mark.
func (d *Dir) lockMark() (unlock func() error, err error) {
	f, err := os.Open(d.Path)
	if err != nil {
		return nil, folderError("datadir.lockMark", d.Path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(folderError("datadir.lockMark", d.Path, err), f.Close())
	}
	return f.Close, nil
}

// Stranger tells why a database may not know the files that it is beside.
type Stranger string

// What a database can be to its folder.
const (
	Known     Stranger = ""
	OlderCopy Stranger = "it is an older copy of the last one used here"
	Another   Stranger = "it is not the last one used here"
	Unmarked  Stranger = "the folder does not say which database belongs to it"
	New       Stranger = "it is new"
)

// meet compares the database with the folder's mark, and gives both a new one. A database that
// the folder does not know is noted as such: until a grace period is over, nothing may be
// removed because it does not know it.
func (d *Dir) meet(ctx context.Context, made bool) error {
	const op = "datadir.meet"
	m, err := readMark(d.Path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var l store.Lineage
	if err = d.DB.Peek(ctx, func(tx *store.Tx) (err error) { l, err = tx.Lineage(ctx); return err }); err != nil {
		return errs.Wrap(op, err)
	}
	switch {
	case m.Mark != "" && (m.Mark == l.Mark || m.Mark == l.Previous):
	case made && !d.strange:
	case made:
		d.Stranger = New
	case m.Mark == "":
		// There may be nothing yet that it could not know.
		what, err := traceOf(d.Path, contents)
		if err != nil {
			return errs.Wrap(op, err)
		}
		if what != "" {
			d.Stranger = Unmarked
		}
	case m.Registry == l.Registry && l.Generation < m.Generation:
		d.Stranger = OlderCopy
	default:
		d.Stranger = Another
	}
	if d.Stranger != Known {
		if err := d.DB.Update(ctx, func(tx *store.Tx) error { return tx.SetArrived(ctx, true) }); err != nil {
			return errs.Wrap(op, err)
		}
	}
	return errs.Wrap(op, d.renewMark(ctx, true))
}
