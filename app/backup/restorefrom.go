package backup

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

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
	name, m, err := choose(dir, o.Name)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	from, err := blob.Open(dir)
	if err != nil {
		return Restored{}, errs.Wrap(op, err)
	}
	defer from.Close()
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

// Kept is a backup in a folder of them.
type Kept struct {
	Name string
	Manifest
}

// List gives the backups in a folder, oldest first. Errors: NotFound if there is none.
func List(dir string) ([]Kept, error) {
	const op = "backup.List"
	none := errs.E(op, errs.NotFound, "There is no backup in %s.", dir)
	if _, err := os.Stat(filepath.Join(dir, snapshotsFolder)); err != nil {
		return nil, none
	}
	blobs, err := blob.Open(dir)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	defer blobs.Close()
	all, err := names(blobs.Files())
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var list []Kept
	for _, name := range all {
		f, err := blobs.Files().Open(snapshotsFolder + "/" + name + "/" + manifestName)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		m, err := readManifest(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, errs.Wrap(op, err)
		}
		list = append(list, Kept{name, m})
	}
	if len(list) == 0 {
		return nil, none
	}
	return list, nil
}

// choose finds a backup by its name, or the newest.
func choose(dir, name string) (string, Manifest, error) {
	list, err := List(dir)
	if err != nil {
		return "", Manifest{}, err
	}
	at := len(list) - 1
	if name != "" {
		at = slices.IndexFunc(list, func(k Kept) bool { return k.Name == name })
	}
	if at < 0 {
		return "", Manifest{}, errs.E("backup.choose", errs.NotFound, "There is no backup %q in %s; sregistry restore --list shows them.", name, dir)
	}
	return list[at].Name, list[at].Manifest, nil
}

// FromStream makes a data folder of what ToStream has written. Otherwise it is
// FromFolder.
func FromStream(ctx context.Context, r io.Reader, to string, o RestoreOptions) (Restored, error) {
	const op = "backup.FromStream"
	archive := tar.NewReader(r)
	first, err := archive.Next()
	if err != nil || first.Name != beginName {
		return Restored{}, errs.Because(op, errs.Invalid, err, "What comes in is not a backup that \"sregistry backup -\" has written.")
	}
	m, err := readManifest(archive)
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
	const op = "backup.takeStream"
	cut := errs.E(op, errs.DigestInvalid, "The backup is cut off or damaged; it has to be read again, from its beginning.")
	complete := false
	for !complete {
		header, err := archive.Next()
		if err != nil {
			return cut
		}
		body := fragile{archive, cut}
		switch path, isBlob := strings.CutPrefix(header.Name, blobsPrefix); {
		case isBlob:
			d := digest.Digest(strings.Replace(path, "/", ":", 1))
			if err := d.Validate(); err != nil {
				return errs.Because(op, errs.DigestInvalid, err, "The backup has a file %q, which no backup of sregistry has; it was tampered with.", header.Name)
			}
			err = in.keep(ctx, store.Blob{Digest: d, Size: header.Size}, func() (io.ReadCloser, error) {
				return io.NopCloser(body), nil
			})
		case header.Name == manifestName:
			var last Manifest
			if last, err = readManifest(archive); err == nil {
				in.manifest.Damaged, complete = last.Damaged, true
			}
		default:
			err = in.put(header.Name, body)
		}
		if err != nil {
			return err
		}
	}
	return in.finish(ctx)
}
