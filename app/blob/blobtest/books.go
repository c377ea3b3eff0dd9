package blobtest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// node is a file or a folder in the books of a Disk: what the system shows of it, and
// what the platter holds.
type node struct {
	bytes, durableBytes []byte
	mode, durableMode   fs.FileMode
	names, durableNames map[string]*node // nil for a file
}

func newFolder() *node {
	return &node{names: map[string]*node{}, durableNames: map[string]*node{}}
}

// get finds what bears a name; nil if nothing does.
func (n *node) get(name string) *node {
	if name == "." {
		return n
	}
	for part := range strings.SplitSeq(name, "/") {
		if n = n.names[part]; n == nil {
			return nil
		}
	}
	return n
}

func (n *node) put(name string, what *node) *node {
	n.get(path.Dir(name)).names[path.Base(name)] = what
	return what
}

func (n *node) drop(name string) { delete(n.get(path.Dir(name)).names, path.Base(name)) }

func (n *node) syncNames() { n.durableNames = maps.Clone(n.names) }

func (n *node) syncBytes() { n.durableBytes, n.durableMode = bytes.Clone(n.bytes), n.mode }

func (n *node) write(p []byte, offset int64) {
	if short := int(offset) + len(p) - len(n.bytes); short > 0 {
		n.bytes = append(n.bytes, make([]byte, short)...)
	}
	copy(n.bytes[offset:], p)
}

// Fate is what becomes of the bytes of a file that were not synced when the power went.
type Fate int

// The fates. A filesystem promises none of them, so a store has to bear each.
const (
	Lost Fate = iota
	Torn      // the length is right, but the second half of the file is zeros
	Kept
)

// Cut says what survives a power cut besides what was synced.
type Cut struct {
	Bytes Fate
	// Blobs and Uploads reports whether the names survive that were not synced, in the folders
	// of blobs and in the one of uploads.
	Blobs, Uploads bool
}

// Cuts are all the ways in which a power cut may go now, leaving out those that would
// come to the same.
func (d *Disk) Cuts() []Cut {
	d.mu.Lock()
	defer d.mu.Unlock()
	loose := d.books.loose(".")
	fates, either := []Fate{Lost}, []bool{false, true}
	if loose.Bytes == Kept {
		fates = append(fates, Torn, Kept)
	}
	var cuts []Cut
	for _, fate := range fates {
		for _, blobs := range either {
			for _, uploads := range either {
				if (loose.Blobs || !blobs) && (loose.Uploads || !uploads) {
					cuts = append(cuts, Cut{Bytes: fate, Blobs: blobs, Uploads: uploads})
				}
			}
		}
	}
	return cuts
}

// loose tells what is not synced: bytes, if they are Kept, and names.
func (n *node) loose(name string) Cut {
	var cut Cut
	if n.names == nil {
		if !bytes.Equal(n.bytes, n.durableBytes) || n.mode != n.durableMode {
			cut.Bytes = Kept
		}
		return cut
	}
	differ := !maps.Equal(n.names, n.durableNames)
	cut.Uploads = differ && name == "uploads"
	cut.Blobs = differ && name != "uploads"
	for _, names := range []map[string]*node{n.names, n.durableNames} {
		for child, what := range names {
			below := what.loose(path.Join(name, child))
			cut.Bytes = max(cut.Bytes, below.Bytes)
			cut.Blobs = cut.Blobs || below.Blobs
			cut.Uploads = cut.Uploads || below.Uploads
		}
	}
	return cut
}

// Restart writes what survived into an empty folder, where a store can be opened again.
func (d *Disk) Restart(dir string, cut Cut) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return restart{dir: dir, cut: cut, files: map[*node]string{}}.restore(d.books, ".")
}

// restart is one run of Restart.
type restart struct {
	dir string
	cut Cut
	// files is where each file went. A rename of which only half is durable leaves one
	// file with two names.
	files map[*node]string
}

func (r restart) restore(n *node, name string) error {
	at := filepath.Join(r.dir, name)
	if first, ok := r.files[n]; ok {
		return os.Link(first, at)
	}
	if n.names == nil {
		r.files[n] = at
		content, mode := n.survives(r.cut.Bytes)
		if err := os.WriteFile(at, content, 0o600); err != nil {
			return err
		}
		return os.Chmod(at, mode)
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		return err
	}
	names := n.durableNames
	if name == "uploads" && r.cut.Uploads || name != "uploads" && r.cut.Blobs {
		names = n.names
	}
	for child, what := range names {
		if err := r.restore(what, path.Join(name, child)); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) survives(fate Fate) ([]byte, fs.FileMode) {
	if fate == Lost {
		return n.durableBytes, n.durableMode
	}
	if fate == Kept {
		return n.bytes, n.mode
	}
	torn := bytes.Clone(n.bytes)
	half := max(len(torn)/2, min(len(n.durableBytes), len(torn)))
	clear(torn[half:])
	return torn, n.mode
}
