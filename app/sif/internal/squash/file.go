package squash

import (
	"encoding/binary"

	"sregistry/app/errs"
)

// dataRaw marks, in the list of block sizes, a data block that is stored as it is.
const dataRaw = 1 << 24

// cachedFragment is the fragment block that was read last: small files share one.
type cachedFragment struct {
	number uint32
	data   []byte
}

// ReadFile reads the beginning of a file, most bytes of it at the most, and tells how long
// the file is. Symbolic links are followed.
func (f *FS) ReadFile(path string, most int) ([]byte, uint64, error) {
	const op = "squash.ReadFile"
	i, err := f.find(path)
	if err != nil {
		return nil, 0, errs.Wrap(op, err)
	}
	if i.kind != regular {
		return nil, 0, errs.E(op, errs.NotFound, "%s is not a file", path)
	}
	b, err := f.content(i, int(min(i.size, uint64(most))))
	return b, i.size, errs.Wrap(op, err)
}

// content reads the first want bytes of a file, block by block, then from its fragment.
func (f *FS) content(i inode, want int) ([]byte, error) {
	const op = "squash.content"
	block := uint64(f.super.BlockSize)
	inBlocks := i.size
	if i.fragment != noFragment {
		inBlocks -= i.size % block
	}
	var out []byte
	at := i.start
	for done := uint64(0); len(out) < want && done < inBlocks; done += block {
		word, err := i.blocks.bytes(4)
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		size := binary.LittleEndian.Uint32(word)
		data, err := f.block(at, size, int(min(block, inBlocks-done)))
		if err != nil {
			return nil, errs.Wrap(op, err)
		}
		out = append(out, data[:min(len(data), want-len(out))]...)
		at += uint64(size &^ dataRaw)
	}
	if len(out) == want {
		return out, nil
	}
	tail, err := f.tail(i.fragment)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	end := uint64(i.offset) + i.size%block
	if end > uint64(len(tail)) {
		return nil, errs.E(op, errs.Invalid, "a file in it is damaged")
	}
	tail = tail[i.offset:end]
	return append(out, tail[:min(len(tail), want-len(out))]...), nil
}

// block reads a data block that holds length bytes of a file; no bytes at all stand for
// zeros.
func (f *FS) block(at uint64, size uint32, length int) ([]byte, error) {
	const op = "squash.block"
	if size == 0 {
		return make([]byte, length), nil
	}
	data, err := f.data(at, size)
	if err == nil && len(data) != length {
		err = errs.E(op, errs.Invalid, "a file in it is damaged")
	}
	return data, errs.Wrap(op, err)
}

// data reads and unpacks a data block or a fragment block.
func (f *FS) data(at uint64, size uint32) ([]byte, error) {
	const op = "squash.data"
	stored := size &^ dataRaw
	if stored > f.super.BlockSize {
		return nil, errs.E(op, errs.Invalid, "a file in it is damaged")
	}
	b := make([]byte, stored)
	if err := f.readAt(b, at); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if size&dataRaw != 0 {
		return b, nil
	}
	return f.unpack(b, int(f.super.BlockSize))
}

// tail reads a fragment block, which holds the ends of several files.
func (f *FS) tail(number uint32) ([]byte, error) {
	const op = "squash.tail"
	if f.fragment.data != nil && f.fragment.number == number {
		return f.fragment.data, nil
	}
	if number >= f.super.Fragments {
		return nil, errs.E(op, errs.Invalid, "a file in it is damaged")
	}
	// The table is a list of places, each of a metadata block with perBlock entries.
	const perBlock, entrySize = 512, 16
	place := make([]byte, 8)
	if err := f.readAt(place, f.super.FragmentTable+8*uint64(number/perBlock)); err != nil {
		return nil, errs.Wrap(op, err)
	}
	c, err := f.cursorAt(0, binary.LittleEndian.Uint64(place), int(number%perBlock)*entrySize)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	var entry struct {
		Start        uint64
		Size, Unused uint32
	}
	if err := c.record(&entry); err != nil {
		return nil, errs.Wrap(op, err)
	}
	data, err := f.data(entry.Start, entry.Size)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	f.fragment = cachedFragment{number, data}
	return data, nil
}
