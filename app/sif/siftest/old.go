package siftest

import (
	"encoding/binary"
	"fmt"
)

// Squashfs gives the root filesystem that all images here hold, in one of Compressions.
func Squashfs(compression string) ([]byte, error) {
	return testdata.ReadFile(fmt.Sprintf("testdata/%s.squashfs", compression))
}

// SIMG makes an image as Singularity 2.4 to 2.6 did: a launch line, then squashfs.
func SIMG() []byte {
	root, err := Squashfs("gzip")
	if err != nil {
		panic(err) // it is embedded
	}
	return append([]byte(Launch), root...)
}

// Ext3 makes an image as Singularity 2.0 to 2.3 did: a launch line, then a filesystem,
// of which only the superblock is written; the rest is zeros.
func Ext3() []byte {
	const blockSize, blocks = 1024, 16
	fs := make([]byte, blockSize*blocks)
	super := fs[1024:]
	binary.LittleEndian.PutUint32(super[0:], 16)      // inodes
	binary.LittleEndian.PutUint32(super[4:], blocks)  // blocks
	binary.LittleEndian.PutUint32(super[20:], 1)      // the first data block, with blocks of 1 KiB
	binary.LittleEndian.PutUint32(super[24:], 0)      // the block size is 1 KiB << 0
	binary.LittleEndian.PutUint16(super[56:], 0xEF53) // the magic
	binary.LittleEndian.PutUint16(super[58:], 1)      // cleanly unmounted
	binary.LittleEndian.PutUint32(super[76:], 1)      // revision
	binary.LittleEndian.PutUint32(super[92:], 4)      // has a journal
	return append([]byte(Launch), fs...)
}
