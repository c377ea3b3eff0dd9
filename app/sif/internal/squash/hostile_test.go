package squash_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
	"sregistry/app/sif/siftest"
)

// Where the superblock says what.
const (
	blockSizeAt  = 12
	fragmentsAt  = 16
	rootAt       = 32
	bytesUsedAt  = 40
	inodeTableAt = 64
	dirTableAt   = 72
)

// The inodes of Tree({"/d/f": …}) in their table: the file f, the folder d, the root.
const (
	fileInode     = 0
	fileFragment  = fileInode + 16 + 4
	fileSize      = fileInode + 16 + 12
	fileBlocks    = fileInode + 16 + 16
	folderInode   = fileBlocks + 4
	rootInode     = folderInode + 32
	rootSize      = rootInode + 16 + 8
	rootOffset    = rootInode + 16 + 10
	folderListing = 0
	rootListing   = folderListing + 12 + 8 + 1
)

// damaged makes a tree with the file /d/f and lets change damage its tables.
func damaged(change func(super, inodes, listing []byte)) []byte {
	b := siftest.Tree(map[string]string{"/d/f": "content"})
	table := func(at int) []byte { return b[binary.LittleEndian.Uint64(b[at:])+2:] }
	change(b, table(inodeTableAt), table(dirTableAt))
	return b
}

func put16(b []byte, at int, v uint16) { binary.LittleEndian.PutUint16(b[at:], v) }
func put32(b []byte, at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }
func put64(b []byte, at int, v uint64) { binary.LittleEndian.PutUint64(b[at:], v) }

func TestDamagedSuperblockIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(super, inodes, listing []byte){
		"block size 0":        func(s, _, _ []byte) { put32(s, blockSizeAt, 0) },
		"block size 5000":     func(s, _, _ []byte) { put32(s, blockSizeAt, 5000) },
		"block size 2 GiB":    func(s, _, _ []byte) { put32(s, blockSizeAt, 1<<31) },
		"huge":                func(s, _, _ []byte) { put64(s, bytesUsedAt, math.MaxUint64) },
		"root behind the end": func(s, _, _ []byte) { put64(s, rootAt, 1<<40) },
		"root off its block":  func(s, _, _ []byte) { put64(s, rootAt, 0xffff) },
		"table far behind":    func(s, _, _ []byte) { put64(s, inodeTableAt, math.MaxUint64-1) },
		"root of type 0":      func(_, i, _ []byte) { put16(i, rootInode, 0) },
		"root of type 15":     func(_, i, _ []byte) { put16(i, rootInode, 15) },
		"empty table":         func(s, _, _ []byte) { put16(s[binary.LittleEndian.Uint64(s[inodeTableAt:]):], 0, 1<<15) },
		"table of 9 KiB":      func(s, _, _ []byte) { put16(s[binary.LittleEndian.Uint64(s[inodeTableAt:]):], 0, 1<<15|9<<10) },
	} {
		b := damaged(change)
		_, err := squash.Open(bytes.NewReader(b), int64(len(b)), unpackLimit)
		if !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDamagedTreeIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(super, inodes, listing []byte){
		"file longer than its blocks":  func(_, i, _ []byte) { put32(i, fileSize, math.MaxUint32) },
		"block longer than a block":    func(_, i, _ []byte) { put32(i, fileBlocks, 1<<24|1<<23) },
		"block of nothing packed":      func(_, i, _ []byte) { put32(i, fileBlocks, 5) },
		"fragment that is not there":   func(_, i, _ []byte) { put32(i, fileFragment, 7) },
		"fragment table not there":     func(s, i, _ []byte) { put32(i, fileFragment, 7); put32(s, fragmentsAt, 8) },
		"root longer than its listing": func(_, i, _ []byte) { put16(i, rootSize, math.MaxUint16) },
		"root off its block":           func(_, i, _ []byte) { put16(i, rootOffset, math.MaxUint16) },
		"root cut within an entry":     func(_, i, _ []byte) { put16(i, rootSize, 3+12+4) },
		"entries without end":          func(_, _, l []byte) { put32(l, rootListing, math.MaxUint32) },
		"name without end":             func(_, _, l []byte) { put16(l, rootListing+12+6, math.MaxUint16) },
		"name with a slash":            func(_, _, l []byte) { l[rootListing+12+8] = '/' },
		"name of a dot":                func(_, _, l []byte) { l[rootListing+12+8] = '.' },
		"listing behind the end":       func(s, _, _ []byte) { put64(s, dirTableAt, math.MaxUint64) },
		"endless link":                 func(_, i, _ []byte) { put16(i, folderInode, 3); put32(i, folderInode+20, math.MaxUint32) },
		"long file":                    func(_, i, _ []byte) { put16(i, fileInode, 9) },
	} {
		b := damaged(change)
		f := open(t, b)
		_, _, err := f.ReadFile("/d/f", 1<<20)
		if err == nil { // what was asked for came before the damage
			_, _, err = f.ReadDir("/", 100)
		}
		if !errs.Is(err, errs.Invalid) || errs.Message(err) == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFolderWithinItselfEnds(t *testing.T) {
	t.Parallel()
	f := open(t, damaged(func(_, _, l []byte) { put16(l, rootListing+12, rootInode) }))
	names, _, err := f.ReadDir(strings.Repeat("/d", 100), 10)
	if err != nil || len(names) != 1 || names[0] != "d" {
		t.Errorf("got %q, %v", names, err)
	}
}

func TestHoleIsBoundedByWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	b := damaged(func(_, i []byte, _ []byte) {
		put32(i, fileSize, math.MaxUint32)
		put32(i, fileBlocks, 0)
	})
	got, size, err := open(t, b).ReadFile("/d/f", 1000)
	if err != nil || len(got) != 1000 || size != math.MaxUint32 {
		t.Errorf("got %d bytes of %d, %v", len(got), size, err)
	}
}
