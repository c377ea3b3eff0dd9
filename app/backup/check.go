package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/store"
)

// CheckOptions say which backups are checked, and how.
type CheckOptions struct {
	// Name is of one of several backups in a folder; the newest if empty. All is all of
	// them.
	Name string
	All  bool
	// Quick compares the sizes of blobs only.
	Quick bool
	// Progress, if it is not nil, is called now and then with what was looked at so far.
	Progress func(blobs int, bytes int64)
}

// Checked tells what a check of a backup has found.
type Checked struct {
	Name     string // in its folder
	Manifest Manifest
	Blobs    int // that its rows name
	Bytes    int64
	// Wrong holds a sentence for everything that is wrong with what it has besides blobs.
	Wrong []string
	// Damaged are blobs that it has lost since it was made, Known those that were damaged
	// already when it was made.
	Damaged, Known []Damage
}

// CheckFolder proves backups in a folder of them where they are, the newest first, and
// writes nothing there: the files by their hashes, the database by itself and the
// manifest, every row of a blob by its file. What is damaged is told of, which is not an error.
// Errors: NotFound if there is no such backup, Conflict if it is let go meanwhile, Invalid
// for one of a newer version, Unavailable, Canceled.
func CheckFolder(ctx context.Context, dir string, o CheckOptions) (list []Checked, err error) {
	const op = "backup.CheckFolder"
	from, all, err := choices(dir, o)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	c := &checker{dir: dir, from: from, options: o, bad: map[digest.Digest]string{}}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, name := range slices.Backward(all) {
		found, err := c.check(ctx, name)
		if err != nil {
			return list, errs.Wrap(op, err)
		}
		list = append(list, found)
	}
	return list, nil
}

// choices opens a folder of backups for reading, and gives the names of those to check.
func choices(dir string, o CheckOptions) (*blob.Store, []string, error) {
	if o.All {
		return open(dir)
	}
	from, name, err := choose(dir, o.Name)
	return from, []string{name}, err
}

// checker is a folder of backups that is being checked.
type checker struct {
	dir     string
	from    *blob.Store
	options CheckOptions
	// copies are the databases of the backups that were checked, bad what is wrong with
	// blobs that they name: backups share most of them, and each is read once.
	copies []*store.DB
	bad    map[digest.Digest]string
	blobs  int
	bytes  int64
}

func (c *checker) close() error {
	all := c.from.Close()
	for _, copy := range c.copies {
		all = errors.Join(all, copy.Close())
	}
	return all
}

func (c *checker) check(ctx context.Context, name string) (Checked, error) {
	found := Checked{Name: name}
	err := c.look(ctx, &found)
	if err == nil && len(found.Wrong)+len(found.Damaged) == 0 {
		return found, nil
	}
	if _, err := c.from.Files().Stat(snapshotsFolder + "/" + name + "/" + manifestName); isGone(err) {
		return found, errs.E("backup.check", errs.Conflict, "The backup %s was let go while it was checked, because newer ones were made; check those.", name)
	}
	return found, err
}

// look checks one backup.
func (c *checker) look(ctx context.Context, found *Checked) (err error) {
	folder := snapshotsFolder + "/" + found.Name + "/"
	if found.Manifest, err = manifestOf(c.from, found.Name); errs.Is(err, errs.DigestInvalid) {
		found.Wrong = append(found.Wrong, errs.Message(err))
		return nil
	} else if err != nil {
		return err
	}
	m := found.Manifest
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if _, err := c.file(ctx, folder, name, m.Files[name], found); err != nil {
			return err
		}
	}
	whole, err := c.file(ctx, folder, store.FileName, m.Database, found)
	if err != nil {
		return err
	}
	if !whole {
		found.Wrong = append(found.Wrong, "Which blobs belong to the backup is not known without its database.")
		return nil
	}
	copy, err := store.OpenCopy(filepath.Join(c.dir, folder, store.FileName))
	if err != nil {
		return err
	}
	all, err := found.rows(ctx, copy, func(b store.Blob) (string, error) { return c.blob(ctx, b) })
	if err != nil || !all {
		return errors.Join(err, copy.Close())
	}
	c.copies = append(c.copies, copy)
	return nil
}

// file holds a file that is not a blob against the manifest. Errors: Canceled.
func (c *checker) file(ctx context.Context, folder, name string, want File, found *Checked) (whole bool, err error) {
	got, err := c.sum(ctx, folder+name)
	said := "is damaged"
	switch {
	case errs.Is(err, errs.Canceled):
		return false, err
	case isGone(err):
		said = "is missing"
	case err != nil:
		said = "cannot be read"
	case got == want:
		return true, nil
	}
	found.Wrong = append(found.Wrong, fmt.Sprintf("The file %s of the backup %s.", name, said))
	return false, nil
}

func (c *checker) sum(ctx context.Context, name string) (File, error) {
	f, err := c.from.Files().Open(name)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	return sumOf(canceler{ctx, f})
}

// rows holds the database against itself and the manifest, and each row of a blob against
// what is said to be wrong with its file. It reports whether it has seen all rows.
func (found *Checked) rows(ctx context.Context, copy *store.DB, wrong func(store.Blob) (string, error)) (all bool, err error) {
	said, err := found.Manifest.wrongWith(ctx, copy)
	found.Wrong = append(found.Wrong, said...)
	if err == nil {
		err = eachBlob(ctx, copy, func(b store.Blob) error {
			what, err := wrong(b)
			if err != nil {
				return err
			}
			found.Blobs++
			found.Bytes += b.Size
			if what == "" {
				return nil
			}
			d := Damage{Digest: b.Digest, What: what}
			d.Images, err = found.Manifest.victims(ctx, copy, b.Digest)
			found.add(found.Manifest.recall(d))
			return err
		})
	}
	if errs.Is(err, errs.Internal) { // it has its hash, but was copied from a damaged one
		found.Wrong = append(found.Wrong, "The database of the backup cannot be read to its end.")
		return false, nil
	}
	return err == nil, err
}

// add notes that the backup does not have a blob.
func (found *Checked) add(d Damage, known bool) {
	if known {
		found.Known = append(found.Known, d)
	} else {
		found.Damaged = append(found.Damaged, d)
	}
}

// blob tells what is wrong with the file of a blob.
func (c *checker) blob(ctx context.Context, b store.Blob) (string, error) {
	if seen, err := isNeeded(ctx, c.copies, b.Digest); err != nil || seen {
		return c.bad[b.Digest], err
	}
	what, err := wrongWith(ctx, c.from, b, c.options.Quick)
	if what != "" {
		c.bad[b.Digest] = what
	}
	c.blobs++
	c.bytes += b.Size
	if c.options.Progress != nil {
		c.options.Progress(c.blobs, c.bytes)
	}
	return what, err
}

// wrongWith tells what is wrong with the file of a blob, in a store that is no registry's.
// Quick compares its size only.
func wrongWith(ctx context.Context, in *blob.Store, b store.Blob, quick bool) (string, error) {
	f, err := openWhole(in, b)
	if err == nil {
		err = f.Close()
	}
	if err == nil && !quick {
		err = in.Verify(ctx, b.Digest)
	}
	if bad, ok := errors.AsType[*spoiltError](err); ok {
		return bad.What, nil
	}
	switch {
	case err == nil, errs.Is(err, errs.Canceled), errs.Is(err, errs.Unavailable):
		return "", err
	case errs.Is(err, errs.DigestInvalid):
		return "does not have the content that its digest says", nil
	}
	return "cannot be read", nil
}
