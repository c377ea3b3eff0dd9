package sif

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"sregistry/app/errs"
)

// The header and the descriptors of a SIF are fixed records, little-endian and packed. The
// field's own library reads them too, but it allocates as many descriptors as the header
// claims, refuses other versions, and wants to write.

// header is the first record of a SIF.
type header struct {
	Launch            [32]byte
	Magic             [10]byte
	Version           [3]byte
	Arch              [3]byte
	ID                uuid.UUID
	CreatedAt         int64
	ModifiedAt        int64
	DescriptorsFree   int64
	DescriptorsTotal  int64
	DescriptorsOffset int64
	DescriptorsSize   int64
	DataOffset        int64
	DataSize          int64
}

// descriptor is one record of the table that the header points to.
type descriptor struct {
	Type            int32
	Used            bool
	ID              uint32
	Group           uint32
	Link            uint32
	Offset          int64
	Size            int64
	SizeWithPadding int64
	CreatedAt       int64
	ModifiedAt      int64
	UID, GID        int64
	Name            [128]byte
	Extra           [384]byte // fields of its own for each type
}

// groupMask marks a group in the fields that hold a group's number.
const groupMask = 0xf0000000

// headerSize and descriptorSize are the lengths of the records in bytes.
const (
	headerSize     = 128
	descriptorSize = 585
)

// isSIF reports whether b begins with a SIF header, perhaps cut short.
func isSIF(b []byte) bool {
	const magicAt = 32
	return len(b) >= magicAt+10 && string(b[magicAt:magicAt+10]) == "SIF_MAGIC\x00"
}

// readHeader reads the header into the report.
func (in *inspection) readHeader(head []byte) (header, error) {
	const op = "sif.readHeader"
	var h header
	if len(head) < headerSize {
		return h, errs.E(op, errs.Invalid, "This SIF is cut short within its header. Copy it again.")
	}
	if _, err := binary.Decode(head, binary.LittleEndian, &h); err != nil {
		return h, errs.Because(op, errs.Invalid, err, "This SIF has a header that cannot be read.")
	}
	in.report.Format = FormatSIF
	if h.ID != uuid.Nil {
		in.report.ID = h.ID.String()
	}
	in.report.Version = field(h.Version[:])
	in.report.Launch = strings.TrimSpace(field(h.Launch[:]))
	in.report.Created = instant(h.CreatedAt)
	in.report.Modified = instant(h.ModifiedAt)
	return h, nil
}

// readDescriptors reads the descriptors that are in use, maxObjects of them at most.
func (in *inspection) readDescriptors(h header) ([]descriptor, error) {
	const op = "sif.readDescriptors"
	total := h.DescriptorsTotal
	if total < 0 || h.DescriptorsOffset < headerSize || h.DescriptorsSize < 0 || h.DescriptorsSize/descriptorSize < total {
		return nil, errs.E(op, errs.Invalid, "This SIF is damaged: its header contradicts itself about the table of objects.")
	}
	if h.DescriptorsOffset > in.file.size || h.DescriptorsSize > in.file.size-h.DescriptorsOffset {
		return nil, errs.E(op, errs.Invalid, "This SIF is cut short within its table of objects. Copy it again.")
	}
	if total > maxObjects {
		in.note("The image has room for %d objects; only the first %d are looked at.", total, maxObjects)
		total = maxObjects
	}
	table := make([]byte, total*descriptorSize)
	if _, err := in.file.ReadAt(table, h.DescriptorsOffset); err != nil {
		return nil, errs.Wrap(op, err)
	}
	used := make([]descriptor, 0, total)
	for ; len(table) > 0; table = table[descriptorSize:] {
		var d descriptor
		if _, err := binary.Decode(table, binary.LittleEndian, &d); err != nil {
			return nil, errs.Because(op, errs.Invalid, err, "This SIF has a table of objects that cannot be read.")
		}
		if d.Used {
			used = append(used, d)
		}
	}
	return used, nil
}

// checkBounds refuses an image of which an object lies outside the file.
func (in *inspection) checkBounds(d descriptor) error {
	const op = "sif.checkBounds"
	switch {
	case d.Offset < 0 || d.Size < 0:
		return errs.E(op, errs.Invalid, "This SIF is damaged: object %d has a negative place or size.", d.ID)
	case d.Offset > in.file.size || d.Size > in.file.size-d.Offset:
		return errs.E(op, errs.Invalid, "This SIF is cut short: object %d (%s) has %d bytes from byte %d on, but the file ends at byte %d. Copy it again.",
			d.ID, typeName(d.Type), d.Size, d.Offset, in.file.size)
	}
	return nil
}

// field reads a text field that is padded with NUL.
func field(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return clean(b)
}

// instant reads a Unix time; zero, and what no calendar holds, is no time.
func instant(seconds int64) time.Time {
	const last = 253402300799 // 9999-12-31, the last that RFC 3339, and so JSON, can say
	if seconds <= 0 || seconds > last {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
