package squash

import (
	"encoding/binary"

	"sregistry/app/errs"
)

const (
	// metadataSize is how much a metadata block holds, unpacked. Packed it is smaller, or it
	// is stored as it is.
	metadataSize = 8 << 10
	// metadataRaw marks, in a block's header, one that is stored as it is.
	metadataRaw = 1 << 15
	// maxCached is how many metadata blocks are kept unpacked.
	maxCached = 64
)

// metadataCache keeps the metadata blocks that were read last, since the inodes of one
// folder lie in the same few blocks.
type metadataCache struct {
	blocks map[uint64]metadataBlock
	order  []uint64 // oldest first
}

// metadataBlock is one block, unpacked, and where the one behind it begins.
type metadataBlock struct {
	data []byte
	next uint64
}

// add keeps a block and forgets the oldest.
func (c *metadataCache) add(at uint64, b metadataBlock) {
	if c.blocks == nil {
		c.blocks = make(map[uint64]metadataBlock, maxCached)
	}
	if len(c.order) == maxCached {
		delete(c.blocks, c.order[0])
		c.order = append(c.order[:0], c.order[1:]...)
	}
	c.blocks[at] = b
	c.order = append(c.order, at)
}

// metadata reads the block at a place in the filesystem.
func (f *FS) metadata(at uint64) (metadataBlock, error) {
	const op = "squash.metadata"
	if b, ok := f.cache.blocks[at]; ok {
		return b, nil
	}
	head := make([]byte, 2)
	if err := f.readAt(head, at); err != nil {
		return metadataBlock{}, errs.Wrap(op, err)
	}
	word := binary.LittleEndian.Uint16(head)
	size := word &^ metadataRaw
	if size == 0 || size > metadataSize {
		return metadataBlock{}, errs.E(op, errs.Invalid, "a table of it is damaged")
	}
	data := make([]byte, size)
	if err := f.readAt(data, at+2); err != nil {
		return metadataBlock{}, errs.Wrap(op, err)
	}
	if word&metadataRaw == 0 {
		var err error
		if data, err = f.unpack(data, metadataSize); err != nil {
			return metadataBlock{}, errs.Wrap(op, err)
		}
		if len(data) == 0 {
			return metadataBlock{}, errs.E(op, errs.Invalid, "a table of it is damaged")
		}
	}
	b := metadataBlock{data: data, next: at + 2 + uint64(size)}
	f.cache.add(at, b)
	return b, nil
}

// cursor reads a table on from some place, across its blocks.
type cursor struct {
	fs   *FS
	rest []byte // of the present block
	next uint64 // where the next block begins
}

// cursorAt places a cursor in a table: block is relative to the table, offset within the
// unpacked block.
func (f *FS) cursorAt(table, block uint64, offset int) (*cursor, error) {
	const op = "squash.cursorAt"
	if table > uint64(f.size) || block > uint64(f.size) {
		return nil, errs.E(op, errs.Invalid, "it refers to bytes beyond its own end")
	}
	b, err := f.metadata(table + block)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	if offset > len(b.data) {
		return nil, errs.E(op, errs.Invalid, "a table of it is damaged")
	}
	return &cursor{fs: f, rest: b.data[offset:], next: b.next}, nil
}

// bytes reads the next n bytes. The caller has bounded n.
func (c *cursor) bytes(n int) ([]byte, error) {
	const op = "squash.cursor.bytes"
	if err := c.fs.spend(n); err != nil { // also from the cache: a large folder is gone through again and again
		return nil, errs.Wrap(op, err)
	}
	out := make([]byte, 0, n)
	for {
		part := min(n-len(out), len(c.rest))
		out = append(out, c.rest[:part]...)
		c.rest = c.rest[part:]
		if len(out) == n {
			return out, nil
		}
		b, err := c.fs.metadata(c.next)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		c.rest, c.next = b.data, b.next
	}
}

// record reads the next bytes into a struct of fixed size.
func (c *cursor) record(v any) error {
	const op = "squash.cursor.record"
	b, err := c.bytes(binary.Size(v))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := binary.Decode(b, binary.LittleEndian, v); err != nil {
		return errs.Because(op, errs.Invalid, err, "a table of it is damaged")
	}
	return nil
}
