package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

const (
	// Unfinished is the file in a folder that is being restored to. A server must not use
	// a folder that has it.
	Unfinished = "restore-unfinished"
	// halfDatabase is the database before all is proven.
	halfDatabase = "sregistry.db.restored"
)

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	// Name is of one of several backups in a folder; the newest if empty.
	Name string
	// AcceptDamage makes a data folder also of a backup that has lost blobs since it was
	// made.
	AcceptDamage bool
	// Progress, if it is not nil, is called now and then with what was proven so far.
	Progress func(blobs int, bytes int64)
	// Files puts a layer between the new folder and its files, for tests.
	Files func(blob.FS) blob.FS
}

// Restored tells what was restored.
type Restored struct {
	Manifest Manifest
	Blobs    int // that were proven by their hash
	Bytes    int64
	// Lost are blobs that rows name and that the backup does not have: those that were
	// damaged when it was made, and those that the backup has lost since.
	Lost []Damage
}

// intake is a data folder that is being restored to.
type intake struct {
	dir      string
	blobs    *blob.Store
	files    blob.FS
	options  RestoreOptions
	manifest Manifest
	done     Restored
}

// openIntake makes a folder ready to be restored to. It has to be missing, empty, or left
// by a restore that did not end.
func openIntake(dir string, o RestoreOptions) (*intake, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, intakeFault(dir, err)
	}
	marker := filepath.Join(dir, Unfinished)
	if _, err := os.Stat(marker); errors.Is(err, fs.ErrNotExist) {
		if err := empty(dir); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, intakeFault(dir, err)
	}
	var layers []blob.Option
	if o.Files != nil {
		layers = append(layers, blob.WithFS(o.Files))
	}
	blobs, err := blob.Open(dir, layers...)
	if err != nil {
		return nil, intakeFault(dir, err)
	}
	// Before anything is restored, so that no server ever takes the folder for a whole one.
	err = putText(blobs.Files(), Unfinished, []byte("A backup is being restored to this folder. If that was interrupted, run \"sregistry restore\" again.\n"))
	if err == nil {
		err = blobs.Files().SyncDir(".")
	}
	if err != nil {
		return nil, errors.Join(intakeFault(dir, err), blobs.Close())
	}
	return &intake{dir: dir, blobs: blobs, files: blobs.Files(), options: o}, nil
}

// empty refuses a folder with any file in it.
func empty(dir string) error {
	const op = "backup.empty"
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && filepath.Base(path) == "lost+found":
			return fs.SkipDir
		case err != nil:
			return intakeFault(dir, err)
		case e.IsDir():
			return nil
		}
		return errs.E(op, errs.Conflict, "The folder %s is not empty: it has %s. Name a new one with --data; a backup is never restored over anything.", dir, e.Name())
	})
}

// intakeFault says what is wrong with the folder that is restored to.
func intakeFault(dir string, err error) error {
	const op = "backup.intakeFault"
	switch {
	case err == nil:
		return nil
	case errs.Is(err, errs.NoSpace), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.Because(op, errs.NoSpace, errors.New(err.Error()), "The disk of %s is full; make room and run the restore again, it goes on where it stopped.", dir)
	case errs.KindOf(err) == errs.Internal || errs.Is(err, errs.Unavailable):
		return errs.Because(op, errs.Unavailable, errors.New(err.Error()), "The folder %s cannot be restored to: %s.", dir, reason(err))
	}
	return err
}

// keep takes a blob, unless it is there already and whole. Afterwards one that is there is
// proven: nothing gets the name of a blob before it has its hash.
func (in *intake) keep(ctx context.Context, b store.Blob, open func() (io.ReadCloser, error)) error {
	if size, err := in.blobs.Size(b.Digest); err != nil || size != b.Size || in.blobs.Verify(ctx, b.Digest) != nil {
		r, err := open()
		if err == nil {
			err = errors.Join(keepBlob(ctx, r, in.blobs, b), r.Close())
		}
		if _, bad := errors.AsType[*spoiltError](err); bad {
			return in.blobs.Remove(b.Digest) // prove finds what is missing
		}
		if err != nil {
			return err
		}
	}
	in.done.Blobs++
	in.done.Bytes += b.Size
	if in.options.Progress != nil {
		in.options.Progress(in.done.Blobs, in.done.Bytes)
	}
	return nil
}

// put takes the database or a small file, which has to be what the manifest says.
func (in *intake) put(name string, r io.Reader) error {
	want, to := in.manifest.Database, halfDatabase
	if name != store.FileName {
		var known bool
		if want, known = in.manifest.Files[name]; !known {
			return errs.E("backup.put", errs.DigestInvalid, "The backup has a file %q that it does not name; take another backup.", name)
		}
		to = name
	}
	got, err := put(in.files, to, r)
	if err == nil && got != want {
		return errs.E("backup.put", errs.DigestInvalid, "The file %s of the backup is damaged; take another backup.", name)
	}
	return err
}

// finish proves that all is there and makes a data folder of it: the database gets its
// name last.
func (in *intake) finish(ctx context.Context) error {
	const op = "backup.finish"
	in.done.Manifest = in.manifest
	copy, err := store.OpenCopy(filepath.Join(in.dir, halfDatabase))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := errors.Join(in.prove(ctx, copy), copy.Close()); err != nil {
		return errs.Wrap(op, err)
	}
	if err := in.files.SyncDir("."); err != nil {
		return errs.Wrap(op, err)
	}
	if err := in.files.Rename(halfDatabase, store.FileName); err != nil {
		return errs.Wrap(op, err)
	}
	if err := in.files.SyncDir("."); err != nil {
		return errs.Wrap(op, err)
	}
	if err := in.files.Remove(Unfinished); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, in.files.SyncDir("."))
}

// prove holds the database against itself and the manifest, and every row of a blob
// against what was proven to be there.
func (in *intake) prove(ctx context.Context, copy *store.DB) error {
	const op = "backup.prove"
	wrong, err := in.manifest.wrongWith(ctx, copy)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return errs.E(op, errs.DigestInvalid, "The database of the backup is damaged; take another backup. %s", wrong[0])
	}
	surprises := 0
	err = eachBlob(ctx, copy, func(b store.Blob) error {
		if size, err := in.blobs.Size(b.Digest); err == nil && size == b.Size {
			return nil
		}
		lost, known := in.manifest.recall(Damage{Digest: b.Digest, What: "is missing or damaged in the backup"})
		if !known {
			surprises++
		}
		var err error
		lost.Images, err = in.manifest.victims(ctx, copy, b.Digest)
		in.done.Lost = append(in.done.Lost, lost)
		return err
	})
	if err == nil && surprises > 0 && !in.options.AcceptDamage {
		return errs.E(op, errs.DigestInvalid, "The backup is damaged: it has lost %d of the %d files that it should have. Restore another backup, or this one as it is with --accept-damage.", surprises, in.manifest.Blobs)
	}
	return err
}

// close gives the folder back.
func (in *intake) close() error { return in.blobs.Close() }
