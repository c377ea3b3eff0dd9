package squash

import (
	"bytes"
	"strings"

	"sregistry/app/errs"
)

const (
	// emptyListing is what a directory's size says beyond its listing: the lengths of the
	// entries "." and "..", which are not stored.
	emptyListing = 3
	// maxRun bounds the entries behind one header of a listing.
	maxRun = 256
	// maxHops bounds the symbolic links that are followed for one path, as Linux does.
	maxHops = 40
)

// ReadDir lists the names in a directory in their order, most of them at the most, and
// reports whether there are more. The names are neither ".", ".." nor hold a slash or NUL.
func (f *FS) ReadDir(path string, most int) ([]string, bool, error) {
	const op = "squash.ReadDir"
	dir, err := f.find(path)
	if err != nil {
		return nil, false, errs.Wrap(op, err)
	}
	if dir.kind != directory {
		return nil, false, errs.E(op, errs.NotFound, "%s is not a directory", path)
	}
	var names []string
	more := false
	err = f.entries(dir, func(name []byte, _ uint64) bool {
		more = len(names) == most
		if !more {
			names = append(names, string(name))
		}
		return !more
	})
	return names, more, errs.Wrap(op, err)
}

// find gives the inode of a path from the root, through symbolic links.
func (f *FS) find(path string) (inode, error) {
	const op = "squash.find"
	trail := []inode{f.root}
	hops := 0
	for rest := strings.Split(path, "/"); len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			trail = trail[:max(1, len(trail)-1)]
			continue
		}
		child, err := f.child(trail[len(trail)-1], name)
		if err != nil {
			return inode{}, errs.Wrap(op, err)
		}
		if child.kind != symlink {
			trail = append(trail, child)
			continue
		}
		if hops++; hops > maxHops {
			return inode{}, errs.E(op, errs.Invalid, "too many symbolic links lead to %s", path)
		}
		if strings.HasPrefix(child.target, "/") {
			trail = trail[:1]
		}
		rest = append(strings.Split(child.target, "/"), rest...)
	}
	return trail[len(trail)-1], nil
}

// child gives the inode of a name in a directory.
func (f *FS) child(dir inode, name string) (inode, error) {
	const op = "squash.child"
	if dir.kind != directory {
		return inode{}, errs.E(op, errs.NotFound, "there is no %s", name)
	}
	var reference uint64
	found := false
	err := f.entries(dir, func(n []byte, r uint64) bool {
		if string(n) == name {
			reference, found = r, true
		}
		return !found
	})
	if err != nil {
		return inode{}, errs.Wrap(op, err)
	}
	if !found {
		return inode{}, errs.E(op, errs.NotFound, "there is no %s", name)
	}
	return f.inode(reference)
}

// entries calls each with the names of a directory and the references of their inodes,
// until it returns false.
func (f *FS) entries(dir inode, each func(name []byte, reference uint64) bool) error {
	const op = "squash.entries"
	if dir.size <= emptyListing {
		return nil
	}
	c, err := f.cursorAt(f.super.DirTable, dir.start, int(dir.offset))
	if err != nil {
		return errs.Wrap(op, err)
	}
	const headSize, entrySize = 12, 8
	for left := int64(dir.size) - emptyListing; left > 0; {
		var head struct{ Count, Block, Inode uint32 }
		if err := c.record(&head); err != nil {
			return errs.Wrap(op, err)
		}
		if head.Count >= maxRun { // the count is one less than the entries
			return errs.E(op, errs.Invalid, "a directory of it is damaged")
		}
		left -= headSize
		for range head.Count + 1 {
			var entry struct{ Offset, InodeDelta, Type, Length uint16 }
			if err := c.record(&entry); err != nil {
				return errs.Wrap(op, err)
			}
			if entry.Length >= maxRun { // the length is one less than the name's
				return errs.E(op, errs.Invalid, "a directory of it is damaged")
			}
			name, err := c.bytes(int(entry.Length) + 1)
			if err != nil {
				return errs.Wrap(op, err)
			}
			if left -= entrySize + int64(len(name)); left < 0 || !proper(name) {
				return errs.E(op, errs.Invalid, "a directory of it is damaged")
			}
			if !each(name, uint64(head.Block)<<16|uint64(entry.Offset)) {
				return nil
			}
		}
	}
	return nil
}

// proper reports whether a name can be one.
func proper(name []byte) bool {
	return string(name) != "." && string(name) != ".." && !bytes.ContainsAny(name, "/\x00")
}
