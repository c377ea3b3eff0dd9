package sif

import (
	"encoding/binary"
	"encoding/hex"
	"sort"
	"strings"

	"github.com/sylabs/sif/v2/pkg/sif"
)

// readSIF reads a SIF: its objects first, then what the primary partition holds.
func (in *inspection) readSIF(head []byte) error {
	h, err := in.readHeader(head)
	if err != nil {
		return err
	}
	used, err := in.readDescriptors(h)
	if err != nil {
		return err
	}
	for _, d := range used {
		if err := in.checkBounds(d); err != nil {
			return err
		}
		in.report.Objects = append(in.report.Objects, object(d))
	}
	in.noteOverlaps(used)
	in.readSignatures(used)
	in.readTexts(used)
	in.readPrimary(used, arches[field(h.Arch[:])])
	in.readOCIConfig(used)
	return nil
}

// object describes a descriptor in words.
func object(d descriptor) Object {
	o := Object{
		ID:          d.ID,
		Group:       d.Group &^ groupMask,
		Link:        d.Link &^ groupMask,
		LinkIsGroup: d.Link&groupMask == groupMask,
		Type:        typeName(d.Type),
		Name:        field(d.Name[:]),
		Offset:      d.Offset,
		Size:        d.Size,
	}
	switch sif.DataType(d.Type) {
	case sif.DataPartition:
		p := partitionOf(d)
		o.Filesystem, o.Partition, o.Arch = p.filesystem(), p.kind.String(), p.arch
	case sif.DataSignature:
		o.Hash, o.Entity = signer(d)
	case sif.DataOCIBlob, sif.DataOCIRootIndex:
		o.Digest = field(d.Extra[:])
	}
	return o
}

// typeName is the type of an object in the words of `apptainer sif list`.
func typeName(t int32) string { return sif.DataType(t).String() }

// partition is what the extra field of a partition says.
type partition struct {
	fs   sif.FSType
	kind sif.PartType
	arch string // Go's name; empty if unknown
}

// fsGocryptfs is Apptainer's own filesystem type, which the library does not name.
const fsGocryptfs sif.FSType = 6

// filesystem is the filesystem's name in the words of `apptainer sif list`.
func (p partition) filesystem() string {
	if p.fs == fsGocryptfs {
		return "Gocryptfs squashfs"
	}
	return p.fs.String()
}

// encrypted reports whether the filesystem cannot be read without a key.
func (p partition) encrypted() bool {
	return p.fs == sif.FsEncryptedSquashfs || p.fs == fsGocryptfs
}

// partitionOf reads the extra field of a partition.
func partitionOf(d descriptor) partition {
	return partition{
		fs:   sif.FSType(binary.LittleEndian.Uint32(d.Extra[0:])),
		kind: sif.PartType(binary.LittleEndian.Uint32(d.Extra[4:])),
		arch: arches[field(d.Extra[8:11])],
	}
}

// hashes are the hash functions that a signature's descriptor may name.
var hashes = map[uint32]string{1: "SHA-256", 2: "SHA-384", 3: "SHA-512", 4: "BLAKE2s", 5: "BLAKE2b"}

// signer reads the extra field of a signature: the hash function, and the fingerprint of
// the key, which is all zero where the signature's format has none.
func signer(d descriptor) (hash, fingerprint string) {
	hash = hashes[binary.LittleEndian.Uint32(d.Extra[0:])]
	const length = 20 // of a version 4 OpenPGP fingerprint
	entity := d.Extra[4 : 4+length]
	if strings.Trim(string(entity), "\x00") == "" {
		return hash, ""
	}
	return hash, strings.ToUpper(hex.EncodeToString(entity))
}

// noteOverlaps tells if two objects share bytes, which no tool writes: such an image can
// show one thing to one reader and another to the next.
func (in *inspection) noteOverlaps(used []descriptor) {
	sorted := make([]descriptor, 0, len(used))
	for _, d := range used {
		if d.Size > 0 {
			sorted = append(sorted, d)
		}
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Offset < sorted[j].Offset })
	for i := 1; i < len(sorted); i++ {
		before, after := sorted[i-1], sorted[i]
		if after.Offset < before.Offset+before.Size {
			in.note("Objects %d and %d of the image overlap.", before.ID, after.ID)
		}
	}
}
