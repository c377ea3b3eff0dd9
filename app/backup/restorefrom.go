package backup

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"path/filepath"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// FromFolder makes a data folder of a backup in a folder of them. It reads every file of
// it, and says that it is done only when every hash, every count and the database itself
// is proven; until then no server takes the new folder. Run again, it goes on where it
// stopped. Errors: NotFound if there is no such backup, Conflict if the new folder is not
// empty, Invalid for a backup of a newer version, DigestInvalid for a damaged one,
// NoSpace, Unavailable, Canceled.
func FromFolder(ctx context.Context, dir, to string, o RestoreOptions) (Restored, error) {
	const op = "backup.FromFolder"
	from, name, err := choose(dir, o.Name)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	defer from.Close()
	m, err := manifestOf(from, name)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	in, err := openIntake(to, o)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	in.manifest = m
	err = in.takeFolder(ctx, from, name)
	return in.done, errs.Wrap(op, intakeFault(to, errors.Join(err, in.close())))
}

func (in *intake) takeFolder(ctx context.Context, from *blob.Store, name string) error {
	files := from.Files()
	one := func(file string) error {
		f, err := files.Open(snapshotsFolder + "/" + name + "/" + file)
		if isGone(err) {
			return errs.E("backup.takeFolder", errs.DigestInvalid, "The backup has lost its file %s; take another backup.", file)
		}
		if err != nil {
			return err
		}
		defer f.Close()
		return in.put(file, f)
	}
	if err := one(store.FileName); err != nil {
		return err
	}
	for file := range in.manifest.Files {
		if err := one(file); err != nil {
			return err
		}
	}
	copy, err := store.OpenCopy(filepath.Join(in.dir, halfDatabase))
	if err != nil {
		return err
	}
	err = eachBlob(ctx, copy, func(b store.Blob) error {
		return in.keep(ctx, b, func() (io.ReadCloser, error) {
			f, err := openWhole(from, b)
			if err != nil {
				return nil, err
			}
			return readCloser{fragile{f, unreadable(b.Digest)}, f}, nil
		})
	})
	if err := errors.Join(err, copy.Close()); err != nil {
		return err
	}
	return in.finish(ctx)
}

type readCloser struct {
	io.Reader
	io.Closer
}

// FromStream makes a data folder of what ToStream has written. Otherwise it is
// FromFolder.
func FromStream(ctx context.Context, r io.Reader, to string, o RestoreOptions) (Restored, error) {
	const op = "backup.FromStream"
	archive, m, err := openStream(r)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	in, err := openIntake(to, o)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	in.manifest = m
	err = in.takeStream(ctx, archive)
	return in.done, errs.Wrap(op, intakeFault(to, errors.Join(err, in.close())))
}

func (in *intake) takeStream(ctx context.Context, archive *tar.Reader) error {
	for {
		e, err := nextInStream(archive)
		if err != nil {
			return err
		}
		switch {
		case e.blob.Digest != "":
			err = in.keep(ctx, e.blob, func() (io.ReadCloser, error) { return io.NopCloser(e), nil })
		case e.name == manifestName:
			last, err := readManifest(e)
			if err != nil {
				return err
			}
			in.manifest.Damaged = last.Damaged
			return in.finish(ctx)
		default:
			err = in.put(e.name, e)
		}
		if err != nil {
			return err
		}
	}
}
