package squash

import (
	"io/fs"

	"sregistry/app/errs"
)

// kind tells inodes apart as far as they are read here.
type kind uint8

const (
	other kind = iota // devices, pipes and sockets
	directory
	regular
	symlink
)

// noFragment is the fragment number of a file that has none.
const noFragment = 1<<32 - 1

// maxTarget bounds the target of a symbolic link, as Linux does (PATH_MAX).
const maxTarget = 4096

// inode is what is needed to read a directory, a file or a symbolic link.
type inode struct {
	kind kind
	size uint64
	// start is a file's first data block, from the start of the filesystem, or the block of
	// a directory's listing, from the start of the directory table.
	start uint64
	// offset is where a listing begins in its block, or a file's end in its fragment.
	offset   uint32
	fragment uint32
	blocks   cursor // at the list of a file's block sizes
	target   string // of a symbolic link
	mode     fs.FileMode
	modified uint32 // in seconds since 1970
}

// The numbers of the inodes' types; those from 8 on are the extended forms.
const (
	basicDirectory, basicFile, basicSymlink          = 1, 2, 3
	extendedDirectory, extendedFile, extendedSymlink = 8, 9, 10
	lastType                                         = 14
)

// types are the bits of fs.FileMode for an inode's type, where the extended forms are
// taken for the basic ones.
var types = [...]fs.FileMode{
	basicDirectory: fs.ModeDir,
	basicFile:      0,
	basicSymlink:   fs.ModeSymlink,
	4:              fs.ModeDevice,
	5:              fs.ModeDevice | fs.ModeCharDevice,
	6:              fs.ModeNamedPipe,
	7:              fs.ModeSocket,
}

// fileMode makes a mode of an inode's type and the permission bits that Unix has.
func fileMode(kind, permissions uint16) fs.FileMode {
	if kind >= extendedDirectory {
		kind -= extendedDirectory - basicDirectory
	}
	mode := types[kind] | fs.FileMode(permissions)&fs.ModePerm
	if permissions&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if permissions&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if permissions&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// inode reads an inode by its reference: the block in the upper 48 bits, the offset in
// the lower 16.
func (f *FS) inode(reference uint64) (inode, error) {
	const op = "squash.inode"
	c, err := f.cursorAt(f.super.InodeTable, reference>>16, int(reference&0xffff))
	if err != nil {
		return inode{}, errs.Wrap(op, err)
	}
	var head struct {
		Type, Mode, UID, GID uint16
		ModTime, Number      uint32
	}
	if err := c.record(&head); err != nil {
		return inode{}, errs.Wrap(op, err)
	}
	if head.Type == 0 || head.Type > lastType {
		return inode{}, errs.E(op, errs.Invalid, "its table of inodes is damaged")
	}
	var i inode
	switch head.Type {
	case basicDirectory, extendedDirectory:
		i, err = c.directory(head.Type == extendedDirectory)
	case basicFile, extendedFile:
		i, err = c.file(head.Type == extendedFile)
	case basicSymlink, extendedSymlink:
		i, err = c.symlink()
	}
	i.mode, i.modified = fileMode(head.Type, head.Mode), head.ModTime
	return i, errs.Wrap(op, err)
}

// directory reads the rest of a directory's inode.
func (c *cursor) directory(extended bool) (inode, error) {
	if extended {
		var d struct {
			Links, Size, Block, Parent uint32
			Indexes, Offset            uint16
			Xattr                      uint32
		}
		err := c.record(&d)
		return inode{kind: directory, size: uint64(d.Size), start: uint64(d.Block), offset: uint32(d.Offset)}, err
	}
	var d struct {
		Block, Links uint32
		Size, Offset uint16
		Parent       uint32
	}
	err := c.record(&d)
	return inode{kind: directory, size: uint64(d.Size), start: uint64(d.Block), offset: uint32(d.Offset)}, err
}

// file reads the rest of a file's inode, up to the list of its blocks.
func (c *cursor) file(extended bool) (inode, error) {
	if extended {
		var d struct {
			Start, Size, Sparse            uint64
			Links, Fragment, Offset, Xattr uint32
		}
		err := c.record(&d)
		return inode{kind: regular, size: d.Size, start: d.Start, fragment: d.Fragment, offset: d.Offset, blocks: *c}, err
	}
	var d struct{ Start, Fragment, Offset, Size uint32 }
	err := c.record(&d)
	return inode{kind: regular, size: uint64(d.Size), start: uint64(d.Start), fragment: d.Fragment, offset: d.Offset, blocks: *c}, err
}

// symlink reads the rest of a symbolic link's inode.
func (c *cursor) symlink() (inode, error) {
	const op = "squash.cursor.symlink"
	var d struct{ Links, Size uint32 }
	if err := c.record(&d); err != nil {
		return inode{}, err
	}
	if d.Size > maxTarget {
		return inode{}, errs.E(op, errs.Invalid, "a symbolic link in it is longer than %d bytes", maxTarget)
	}
	target, err := c.bytes(int(d.Size))
	return inode{kind: symlink, target: string(target)}, err
}
