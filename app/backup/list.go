package backup

import (
	"errors"
	"slices"

	"sregistry/app/blob"
	"sregistry/app/errs"
)

// Kept is a backup in a folder of them.
type Kept struct {
	Name string
	Manifest
}

// List gives the backups in a folder, oldest first. Errors: NotFound if there is none.
func List(dir string) ([]Kept, error) {
	const op = "backup.List"
	from, all, err := open(dir)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	defer from.Close()
	list := make([]Kept, 0, len(all))
	for _, name := range all {
		m, err := manifestOf(from, name)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		list = append(list, Kept{name, m})
	}
	return list, nil
}

// open opens a folder of backups for reading, and gives their names, oldest first. Errors:
// NotFound if there is none.
func open(dir string) (*blob.Store, []string, error) {
	const op = "backup.open"
	none := errs.E(op, errs.NotFound, "There is no backup in %s.", dir)
	from, err := blob.OpenRead(dir)
	if errs.Is(err, errs.NotFound) {
		return nil, nil, none
	}
	if err != nil {
		return nil, nil, errs.Wrap(op, err)
	}
	all, err := names(from.Files())
	if err == nil && len(all) > 0 {
		return from, all, nil
	}
	if err == nil || isGone(err) {
		err = none
	}
	return nil, nil, errs.Wrap(op, errors.Join(err, from.Close()))
}

// choose opens a folder of backups for reading, and finds one by its name, or the newest.
// The others may be of newer programs, or damaged.
func choose(dir, name string) (*blob.Store, string, error) {
	from, all, err := open(dir)
	if err != nil {
		return nil, "", err
	}
	if name == "" {
		return from, all[len(all)-1], nil
	}
	if !slices.Contains(all, name) {
		missing := errs.E("backup.choose", errs.NotFound, "There is no backup %q in %s; sregistry restore --list shows them.", name, dir)
		return nil, "", errors.Join(missing, from.Close())
	}
	return from, name, nil
}

// manifestOf reads the manifest of a backup.
func manifestOf(from *blob.Store, name string) (Manifest, error) {
	f, err := from.Files().Open(snapshotsFolder + "/" + name + "/" + manifestName)
	if err != nil {
		return Manifest{}, errs.Wrap("backup.manifestOf", err)
	}
	defer f.Close()
	return readManifest(f)
}
