package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

const (
	snapshotsFolder = "snapshots"
	// halfSnapshot is the backup that is being written.
	halfSnapshot = snapshotsFolder + "/unfinished"
	lockName     = "lock"
	// stampLayout is how backups are named: by their time, so that they sort by age.
	stampLayout = "20060102T150405.000Z"
)

// belongs are the names in a folder of backups.
var belongs = []string{"blobs", "uploads", snapshotsFolder, lockName, "lost+found"}

// ToFolder adds a backup to a folder of them, and makes the folder if it is missing. Only
// what it does not hold yet is copied, and each blob is proven by its hash on the way.
// Damaged blobs are left out and told of in the report, which is not an error. Whenever this
// is interrupted, earlier backups stay whole, and what was copied is not copied again.
// Errors: Invalid for a folder of other things, Conflict while another backup is made
// there, NoSpace, Unavailable, Canceled.
func (s Source) ToFolder(ctx context.Context, dir string, o Options) (Report, error) {
	const op = "backup.ToFolder"
	t, err := openFolder(dir, o)
	if err != nil {
		return Report{}, errs.Wrap(op, err)
	}
	r, err := t.add(ctx, s)
	return r, errs.Wrap(op, t.fault(errors.Join(err, t.close())))
}

// folder is an open folder of backups, held by its lock.
type folder struct {
	dir     string
	lock    *os.File
	blobs   *blob.Store
	files   blob.FS
	options Options
}

func openFolder(dir string, o Options) (*folder, error) {
	const op = "backup.openFolder"
	t := &folder{dir: dir, options: o}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, t.fault(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, t.fault(err)
	}
	for _, e := range entries {
		if !slices.Contains(belongs, e.Name()) {
			return nil, errs.E(op, errs.Invalid, "The folder %s holds other things, such as %s; name an empty folder, or one of backups.", dir, e.Name())
		}
	}
	if t.lock, err = os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, t.fault(err)
	}
	if err := syscall.Flock(int(t.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errs.Because(op, errs.Conflict, err, "Another backup is being made to %s; wait for it to end.", dir), t.lock.Close())
	}
	var layers []blob.Option
	if o.Files != nil {
		layers = append(layers, blob.WithFS(o.Files))
	}
	if t.blobs, err = blob.Open(dir, layers...); err != nil {
		return nil, errors.Join(t.fault(err), t.lock.Close())
	}
	t.files = t.blobs.Files()
	if err := t.tidy(); err != nil {
		return nil, t.fault(errors.Join(err, t.close()))
	}
	return t, nil
}

// tidy removes what an interrupted backup has left half, and makes what is missing.
func (t *folder) tidy() error {
	if err := t.files.Mkdir(snapshotsFolder); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := t.files.SyncDir("."); err != nil {
		return err
	}
	left, err := t.blobs.Uploads()
	if err != nil {
		return err
	}
	for _, u := range left {
		if err := t.blobs.Discard(u.ID); err != nil {
			return err
		}
	}
	return t.drop(halfSnapshot)
}

func (t *folder) close() error { return errors.Join(t.blobs.Close(), t.lock.Close()) }

// fault says what is wrong with the folder of backups, where a sentence about the
// registry's own would lead astray.
func (t *folder) fault(err error) error {
	const op = "backup.fault"
	bare := func() error { return errors.New(err.Error()) }
	switch {
	case err == nil:
		return nil
	case errs.Is(err, errs.NoSpace), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(op, errs.NoSpace, bare(), "The disk of the backups, or that of the registry, is full; what was copied to %s so far is kept. Make room and run the backup again.", t.dir)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return errs.Because(op, errs.Unavailable, bare(), "The folder of the backups %s cannot be written; look at its permissions, and whether its disk is mounted.", t.dir)
	case errs.Is(err, errs.Internal):
		return errs.Because(op, errs.Unavailable, bare(), "The backup to %s failed: %s. What was copied so far is kept; run it again.", t.dir, reason(err))
	}
	return err
}

// reason tells why something failed, without the full stop: the innermost sentence, or else
// what the system says.
func reason(err error) string {
	text := ""
	for e, ok := errors.AsType[*errs.Error](err); ok; e, ok = errors.AsType[*errs.Error](e.Cause) {
		if e.Text != "" {
			text = e.Text
		}
	}
	if text == "" {
		text = rootOf(err).Error()
	}
	return strings.TrimSuffix(text, ".")
}

// rootOf gives the innermost error, which is the system's.
func rootOf(err error) error {
	for {
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			if e.Unwrap() == nil {
				return err
			}
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			err = e.Unwrap()[0]
		default:
			return err
		}
	}
}

// add makes a backup in the folder, then lets the oldest go.
func (t *folder) add(ctx context.Context, s Source) (Report, error) {
	n, err := s.take(ctx)
	if err != nil {
		return Report{}, err
	}
	r := Report{Taken: n.manifest.Taken, Name: n.manifest.Taken.Format(stampLayout), Blobs: n.manifest.Blobs, Bytes: n.manifest.Bytes}
	err = t.fill(n, &r)
	if err == nil {
		n.manifest.Damaged = r.Damaged
		err = t.seal(n, r.Name)
	}
	if err := errors.Join(err, n.end()); err != nil {
		return r, err
	}
	return r, t.prune(ctx, &r)
}

// fill copies the blobs that the folder does not hold yet, or no longer whole.
func (t *folder) fill(n *snapshot, r *Report) error {
	return n.each(func(b store.Blob) error {
		held, whole, err := t.holds(n.ctx, b)
		if err != nil {
			return err
		}
		if !whole {
			before := r.Copied
			if err := n.settle(r, b, copyBlob(n.ctx, n.source.Blobs, t.blobs, b)); err != nil {
				return err
			}
			if held {
				r.Mended += r.Copied - before
			}
		}
		n.pass(b.Digest)
		if t.options.Progress != nil {
			t.options.Progress(*r)
		}
		return nil
	})
}

// holds tells whether there is a file for a blob, and whether it is whole: as far as its
// size tells, or all that is in it if the options say so.
func (t *folder) holds(ctx context.Context, b store.Blob) (held, whole bool, err error) {
	size, err := t.blobs.Size(b.Digest)
	if err != nil || size != b.Size || !t.options.Verify {
		return err == nil, err == nil && size == b.Size, nil
	}
	what, err := wrongWith(ctx, t.blobs, b, false)
	return true, what == "", err
}

// seal writes what a backup has besides blobs, and gives it its name when all is durable.
func (t *folder) seal(n *snapshot, name string) error {
	if err := t.files.Mkdir(halfSnapshot); err != nil {
		return err
	}
	err := n.eachFile(func(name string, f *os.File) (File, error) { return put(t.files, halfSnapshot+"/"+name, f) })
	if err != nil {
		return err
	}
	text, err := n.manifest.text()
	if err != nil {
		return err
	}
	if err := putText(t.files, halfSnapshot+"/"+manifestName, text); err != nil {
		return err
	}
	if err := t.files.SyncDir(halfSnapshot); err != nil {
		return err
	}
	if err := t.files.Rename(halfSnapshot, snapshotsFolder+"/"+name); err != nil {
		return err
	}
	return t.files.SyncDir(snapshotsFolder)
}
