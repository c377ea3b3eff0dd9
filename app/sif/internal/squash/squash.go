// Package squash reads files by path from an untrusted squashfs 4.0 image, with each of
// the six compressions it may have. It was written after the public description of the
// format in the Linux kernel's documentation (filesystems/squashfs.rst) because the
// library at hand allocates by sizes from the file, and has no LZO and no LZ4 blocks.
//
// It knows nothing of Singularity. Entry points: Open, then FS.ReadFile and FS.ReadDir by
// path, or FS.Open and FS.List to go from folder to folder. Errors are errs.NotFound, or errs.Invalid with half a sentence that fits behind "it
// cannot be read: ". The trap: nothing here follows a directory by itself, and a directory
// may contain its own parent; a caller that walks must bound its depth.
package squash

import (
	"encoding/binary"
	"io"
	"math/bits"

	"sregistry/app/errs"
)

const (
	// minBlock and maxBlock bound the size of a data block; mksquashfs has the same bounds.
	minBlock = 4 << 10
	maxBlock = 1 << 20
	// superblockSize is the length of the first record.
	superblockSize = 96
)

// superblock is the first record of the filesystem.
type superblock struct {
	Magic       [4]byte
	Inodes      uint32
	ModTime     uint32
	BlockSize   uint32
	Fragments   uint32
	Compression uint16
	BlockLog    uint16
	Flags       uint16
	IDs         uint16
	Major       uint16
	Minor       uint16
	Root        uint64 // a reference to an inode
	BytesUsed   uint64
	// Where the tables are.
	IDTable, XattrTable, InodeTable, DirTable, FragmentTable, ExportTable uint64
}

// FS is an open filesystem. It is not safe for concurrent use. It holds one data block
// and maxCached metadata blocks, which is some 2 MiB at most.
type FS struct {
	r        io.ReaderAt
	size     int64
	super    superblock
	codec    codec
	left     int64 // how many bytes may still be unpacked or gone through
	root     inode
	cache    metadataCache
	fragment cachedFragment
}

// Open reads the superblock and the root directory. size is the length of the filesystem
// in r. budget bounds the work: that many bytes of blocks may be unpacked, and of tables
// gone through, until all reading fails. Close frees what the decompression holds.
func Open(r io.ReaderAt, size, budget int64) (*FS, error) {
	const op = "squash.Open"
	f := &FS{r: r, size: size, left: budget}
	b := make([]byte, superblockSize)
	if err := f.readAt(b, 0); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if _, err := binary.Decode(b, binary.LittleEndian, &f.super); err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "its superblock is damaged")
	}
	if err := f.super.check(size); err != nil {
		return nil, errs.Wrap(op, err)
	}
	var err error
	if f.codec, err = newCodec(f.super.Compression); err != nil {
		return nil, errs.Wrap(op, err)
	}
	if f.root, err = f.inode(f.super.Root); err != nil {
		f.Close()
		return nil, errs.Wrap(op, err)
	}
	return f, nil
}

// Close frees what the decompression holds.
func (f *FS) Close() { f.codec.close() }

// Compression is the name that mksquashfs has for the compression.
func (f *FS) Compression() string { return f.codec.name }

// Length reads from a superblock how many bytes the filesystem has; 0 if b is too short.
func Length(b []byte) uint64 {
	if len(b) < superblockSize {
		return 0
	}
	return binary.LittleEndian.Uint64(b[40:])
}

// check refuses a superblock that contradicts itself or the file.
func (s *superblock) check(size int64) error {
	const op = "squash.check"
	switch {
	case string(s.Magic[:]) != "hsqs":
		return errs.E(op, errs.Invalid, "it is not a squashfs filesystem")
	case s.Major != 4 || s.Minor != 0:
		return errs.E(op, errs.Invalid, "it has squashfs version %d.%d, and only 4.0 is known", s.Major, s.Minor)
	case s.BlockSize < minBlock || s.BlockSize > maxBlock || bits.OnesCount32(s.BlockSize) != 1:
		return errs.E(op, errs.Invalid, "its block size %d is not a power of two from 4 KiB to 1 MiB", s.BlockSize)
	case s.BytesUsed > uint64(size):
		return errs.E(op, errs.Invalid, "it is cut short: %d bytes of %d are there", size, s.BytesUsed)
	}
	return nil
}

// readAt fills p from a place in the filesystem.
func (f *FS) readAt(p []byte, at uint64) error {
	const op = "squash.readAt"
	if at > uint64(f.size) || uint64(len(p)) > uint64(f.size)-at {
		return errs.E(op, errs.Invalid, "it refers to bytes beyond its own end")
	}
	_, err := f.r.ReadAt(p, int64(at))
	return errs.Wrap(op, err)
}

// unpack decompresses a block of which at most limit bytes may come.
func (f *FS) unpack(b []byte, limit int) ([]byte, error) {
	const op = "squash.unpack"
	if err := f.spend(limit); err != nil {
		return nil, errs.Wrap(op, err)
	}
	out, err := f.codec.unpack(b, limit)
	if err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "a compressed block is damaged")
	}
	f.left += int64(limit - len(out))
	return out, nil
}

// spend takes the work on n bytes from the budget.
func (f *FS) spend(n int) error {
	const op = "squash.spend"
	if int64(n) > f.left {
		return errs.E(op, errs.Invalid, "there is more of it than is read in one inspection")
	}
	f.left -= int64(n)
	return nil
}
