// Package smallfs writes small squashfs filesystems, such as the demonstration's images
// and those of tests have. The same files give the same bytes.
//
// Entry point: Tree. It knows nothing of what reads them: that is package squash, the
// tools of squashfs and the kernel.
package smallfs

import (
	"bytes"
	"encoding/binary"
	"maps"
	"path"
	"slices"
	"strings"
)

// blockSize is the data block size of a Tree, and made the time of all its files, in Unix
// seconds.
const (
	blockSize = 128 << 10
	made      = 1700000000
)

// Tree makes an uncompressed squashfs filesystem of files, named by absolute path. It is
// for small trees: each table must fit into one metadata block of 8 KiB, which is room
// for some hundred files. Nothing in it is hidden by compression, so that a test can
// damage what it likes.
func Tree(files map[string]string) []byte {
	w := treeWriter{children: map[string]map[string]bool{"/": {}}, files: files}
	for name := range files {
		for name != "/" {
			dir := path.Dir(name)
			if w.children[dir] == nil {
				w.children[dir] = map[string]bool{}
			}
			w.children[dir][path.Base(name)] = true
			name = dir
		}
	}
	w.data.Write(make([]byte, superblockSize))
	root := w.add("/")
	return w.finish(root)
}

// superblockSize is the length of the first record of a squashfs filesystem.
const superblockSize = 96

// treeWriter holds the tables of a filesystem while they grow.
type treeWriter struct {
	files           map[string]string
	children        map[string]map[string]bool // the names in each directory
	data            bytes.Buffer
	inodes, listing bytes.Buffer
	count           uint32
}

// entry is a name in a directory and its inode.
type entry struct {
	name   string
	kind   uint16 // 1 is a directory, 2 a file
	offset uint16 // of the inode in its table
}

// add writes the inode of a path, after those of all below it.
func (w *treeWriter) add(name string) entry {
	names, isDir := w.children[name]
	if !isDir {
		return w.addFile(name)
	}
	var entries []entry
	for _, child := range slices.Sorted(maps.Keys(names)) {
		entries = append(entries, w.add(path.Join(name, child)))
	}
	start := w.listing.Len()
	if len(entries) > 0 {
		put(&w.listing, uint32(len(entries)-1), uint32(0), uint32(0))
		for _, e := range entries {
			put(&w.listing, e.offset, uint16(0), e.kind, uint16(len(e.name)-1), []byte(e.name))
		}
	}
	e := w.inode(name, 1)
	size := w.listing.Len() - start + 3
	put(&w.inodes, uint32(0), uint32(2), uint16(size), uint16(start), uint32(1))
	return e
}

// addFile writes a file's data in blocks, then its inode.
func (w *treeWriter) addFile(name string) entry {
	content := w.files[name]
	start := w.data.Len()
	w.data.WriteString(content)
	e := w.inode(name, 2)
	put(&w.inodes, uint32(start), ^uint32(0), uint32(0), uint32(len(content)))
	for len(content) > 0 {
		n := min(len(content), blockSize)
		put(&w.inodes, uint32(n)|1<<24)
		content = content[n:]
	}
	return e
}

// inode writes the part that all inodes begin with.
func (w *treeWriter) inode(name string, kind uint16) entry {
	e := entry{strings.TrimPrefix(path.Base(name), "/"), kind, uint16(w.inodes.Len())}
	w.count++
	put(&w.inodes, kind, uint16(0o755), uint16(0), uint16(0), uint32(made), w.count)
	return e
}

// finish puts the tables behind the data and fills in the superblock.
func (w *treeWriter) finish(root entry) []byte {
	const none = ^uint64(0)
	inodeTable := w.table(w.inodes.Bytes())
	dirTable := w.table(w.listing.Bytes())
	ids := w.table(make([]byte, 4))
	idTable := uint64(w.data.Len())
	put(&w.data, ids)
	b := w.data.Bytes()
	var super bytes.Buffer
	put(&super, []byte("hsqs"), w.count, uint32(made), uint32(blockSize), uint32(0))
	put(&super, uint16(1), uint16(17), uint16(0x1|0x2|0x8|0x10|0x200), uint16(1), uint16(4), uint16(0))
	put(&super, uint64(root.offset), uint64(len(b)), idTable, none, inodeTable, dirTable, none, none)
	copy(b, super.Bytes())
	return b
}

// table writes one metadata block, stored as it is, and gives its place.
func (w *treeWriter) table(content []byte) uint64 {
	if len(content) > 8<<10 {
		panic("smallfs: a tree of too many files")
	}
	at := uint64(w.data.Len())
	put(&w.data, uint16(len(content))|1<<15, content)
	return at
}

// put writes numbers, little-endian, and bytes.
func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		if err := binary.Write(b, binary.LittleEndian, v); err != nil {
			panic(err) // a Buffer takes all that has a fixed size
		}
	}
}
