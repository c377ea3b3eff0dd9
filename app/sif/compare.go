package sif

import (
	"io/fs"
	"path"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
)

// Change is a file that differs between two images; one that is in one of them only has
// nothing in place of the other.
type Change struct {
	Path     string // absolute; its bytes as they are
	Old, New *File
}

// Changes are the files in which two images differ.
type Changes struct {
	// List holds the first of them, by folders.
	List []Change
	// A folder that is in one image only counts as one, whatever is in it.
	Added, Removed, Changed int
}

// Compare finds the files in which two images differ, by name, type, permissions, size,
// time of change and the target of a link; no file is read. most bounds the list, not the
// counts. hold is told how many bytes are held in memory, now and then before it grows; an
// error of it ends the comparison. Errors: Invalid for an image that is damaged or too large to
// be gone through; Canceled and Internal as for OpenFiles; and those of hold.
func Compare(old, new *Files, most int, hold func(bytes int64) error) (Changes, error) {
	const op = "sif.Compare"
	c := comparison{old: old, new: new, most: most, room: maxListedChanges, hold: hold}
	err := c.folder("/", old.fs.Root(), new.fs.Root(), 0)
	return c.Changes, errs.Wrap(op, err)
}

// comparison is one run of Compare.
type comparison struct {
	Changes
	old, new *Files
	most     int
	room     int // bytes of the paths that are still listed
	// held is what the folders take that are being gone through, in bytes, and told the most of
	// it that hold was told.
	held, told int64
	hold       func(bytes int64) error
}

// holdStep is how much more may be held before hold is told again, in bytes.
const holdStep = 256 << 10

// grow notes that more is held.
func (c *comparison) grow(bytes int) error {
	c.held += int64(bytes)
	if c.held > maxHeld {
		return errs.E("sif.comparison.grow", errs.Invalid, "The images have too many files in folders within each other to compare them.")
	}
	if c.held <= c.told {
		return nil
	}
	c.told += max(holdStep, c.held-c.told)
	return c.hold(c.told)
}

// folder compares what is in two folders of one path. The names in a folder are in order,
// so that both are gone through side by side.
func (c *comparison) folder(name string, oldDir, newDir squash.Dir, depth int) error {
	const op = "sif.comparison.folder"
	if depth > maxDepth {
		return errs.E(op, errs.Invalid, "The image has more than %d folders within each other.", maxDepth)
	}
	before := c.held
	defer func() { c.held = before }()
	old, err := c.old.all(oldDir, c.grow)
	if err != nil {
		return err
	}
	new, err := c.new.all(newDir, c.grow)
	if err != nil {
		return err
	}
	for len(old) > 0 || len(new) > 0 {
		switch {
		case len(new) == 0 || len(old) > 0 && old[0].Name < new[0].Name:
			c.note(path.Join(name, old[0].Name), &old[0], nil)
			old = old[1:]
		case len(old) == 0 || new[0].Name < old[0].Name:
			c.note(path.Join(name, new[0].Name), nil, &new[0])
			new = new[1:]
		default:
			if err := c.both(path.Join(name, new[0].Name), old[0], new[0], depth); err != nil {
				return err
			}
			old, new = old[1:], new[1:]
		}
	}
	return nil
}

// both compares two files of one path, and what is below them.
func (c *comparison) both(name string, old, new squash.Entry, depth int) error {
	if differ(file(old), file(new)) {
		c.note(name, &old, &new)
	}
	oldDir, isDir := old.Dir()
	newDir, isDirToo := new.Dir()
	if isDir && isDirToo {
		return c.folder(name, oldDir, newDir, depth+1)
	}
	return nil
}

// differ reports whether two files of one path are not the same. The time of a folder says
// only that something in it has changed.
func differ(old, new File) bool {
	return old.Mode != new.Mode || old.Size != new.Size || old.Target != new.Target ||
		old.Mode&fs.ModeDir == 0 && !old.Modified.Equal(new.Modified)
}

// note counts a change, and lists it if there is room and its path is one that a system
// could open.
func (c *comparison) note(name string, old, new *squash.Entry) {
	change := Change{Path: name}
	switch {
	case old == nil:
		c.Added++
	case new == nil:
		c.Removed++
	default:
		c.Changed++
	}
	if len(c.List) >= c.most || len(name) > maxListedPath || len(name) > c.room {
		return
	}
	c.room -= len(name)
	if old != nil {
		f := file(*old)
		change.Old = &f
	}
	if new != nil {
		f := file(*new)
		change.New = &f
	}
	c.List = append(c.List, change)
}

// all lists a whole folder.
func (f *Files) all(d squash.Dir, grow func(bytes int) error) ([]squash.Entry, error) {
	const op = "sif.Files.all"
	var refused error
	entries, count, err := f.fs.List(d, 0, maxFolder, maxFolder, func(bytes int) error {
		refused = grow(bytes)
		return refused
	})
	if refused != nil {
		return nil, errs.Wrap(op, refused)
	}
	if err != nil {
		return nil, f.failure(op, err)
	}
	if count > maxFolder {
		return nil, errs.E(op, errs.Invalid, "A folder of the image has more than %d files, which is too many to compare.", maxFolder)
	}
	return entries, nil
}
