package squash

import (
	"io/fs"

	"sregistry/app/errs"
)

// Entry is a name in a directory, and what its inode says.
type Entry struct {
	Name     string // its bytes, which need not be UTF-8
	Mode     fs.FileMode
	Size     uint64 // of a regular file, in bytes
	Modified uint32 // in seconds since 1970
	Target   string // of a symbolic link
	inode    inode
}

// Dir is a directory of an open filesystem.
type Dir struct{ inode inode }

// Root is the directory in which all others are.
func (f *FS) Root() Dir { return Dir{f.root} }

// Open gives the directory of a path; symbolic links are followed.
func (f *FS) Open(path string) (Dir, error) {
	const op = "squash.FS.Open"
	i, err := f.find(path)
	if err != nil {
		return Dir{}, errs.Wrap(op, err)
	}
	if i.kind != directory {
		return Dir{}, errs.E(op, errs.NotFound, "%s is not a directory", path)
	}
	return Dir{i}, nil
}

// Dir gives the directory of an entry which is one; no link is followed.
func (e Entry) Dir() (Dir, bool) { return Dir{e.inode}, e.inode.kind == directory }

// entrySize is what an entry takes in memory besides its texts, in bytes.
const entrySize = 200

// List reads what is in a directory, in its order: most entries at the most, after leaving
// out the first skip of them. It also counts them all, as far as counts may go: one more
// than that means that there are more. The inodes of the others are not read. hold, if it is
// not nil, is told of memory before it is held, in bytes; an error of it ends the reading.
func (f *FS) List(d Dir, skip, most, counts int, hold func(bytes int) error) (list []Entry, count int, err error) {
	const op = "squash.List"
	if hold == nil {
		hold = func(int) error { return nil }
	}
	var refused error
	type found struct {
		name      string
		reference uint64
	}
	var names []found
	err = f.entries(d.inode, func(name []byte, reference uint64) bool {
		if count >= skip && len(names) < most {
			if refused = hold(entrySize + len(name)); refused != nil {
				return false
			}
			names = append(names, found{string(name), reference})
		}
		count++
		return count <= counts
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	for _, n := range names {
		i, err := f.inode(n.reference)
		if err == nil {
			err = hold(len(i.target))
		}
		if err != nil {
			return nil, 0, errs.Wrap(op, err)
		}
		e := Entry{Name: n.name, Mode: i.mode, Modified: i.modified, Target: i.target, inode: i}
		if i.kind == regular {
			e.Size = i.size
		}
		list = append(list, e)
	}
	return list, count, nil
}
