package sif

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"sregistry/app/errs"
)

const (
	// headSize holds every mark by which formats are known: the SIF header, and the ext3
	// superblock behind a launch line.
	headSize = 4096
	// maxLaunch bounds the launch line; "#!/usr/bin/env run-singularity" is what there was.
	maxLaunch = 256
)

// head reads the beginning of the file.
func (in *inspection) head() ([]byte, error) {
	head := make([]byte, min(headSize, max(in.file.size, 0)))
	_, err := in.file.ReadAt(head, 0)
	return head, err
}

// launchLine gives the "#!" line that Singularity 2 put before the filesystem, with its
// newline; empty if there is none.
func launchLine(head []byte) []byte {
	if !bytes.HasPrefix(head, []byte("#!")) {
		return nil
	}
	end := bytes.IndexByte(head[:min(len(head), maxLaunch)], '\n')
	return head[:end+1]
}

// isSquashfs reports whether b begins with a squashfs superblock.
func isSquashfs(b []byte) bool { return bytes.HasPrefix(b, []byte("hsqs")) }

// The fields of an ext2/3/4 superblock that tell one from chance: offsets from the start
// of the filesystem.
const (
	extBlocks   = 1024 + 4
	extLogBlock = 1024 + 24
	extMagic    = 1024 + 56
	extRevision = 1024 + 76
	extEnd      = 1024 + 80
)

// isExt3 reports whether b begins with the superblock of an ext filesystem. The magic has
// two bytes only, so two more fields must make sense.
func isExt3(b []byte) bool {
	return len(b) >= extEnd &&
		binary.LittleEndian.Uint16(b[extMagic:]) == 0xEF53 &&
		binary.LittleEndian.Uint32(b[extLogBlock:]) <= 6 &&
		binary.LittleEndian.Uint32(b[extRevision:]) <= 1
}

// readExt3 reports on an image of Singularity 2.0 to 2.3, of which the inside is not read.
func (in *inspection) readExt3(b []byte, start int64) error {
	const op = "sif.readExt3"
	in.report.Format = FormatExt3
	length := int64(binary.LittleEndian.Uint32(b[extBlocks:])) << (10 + binary.LittleEndian.Uint32(b[extLogBlock:]))
	if length > in.file.size-start {
		return errs.E(op, errs.Invalid, "This image is cut short: its ext3 filesystem has %d bytes, of which %d are there. Copy it again.",
			length, in.file.size-start)
	}
	in.note("This is an ext3 image of an old Singularity. It is stored, but not read; labels and scripts are not shown.")
	return nil
}

// beginnings are what people send by mistake, by how it begins.
var beginnings = []struct{ magic, name string }{
	{"\x7fELF", "a program (ELF)"},
	{"\x1f\x8b", "a gzip archive; an image saved by docker must be converted with `apptainer build` first"},
	{"\xfd7zXZ\x00", "an xz archive"},
	{"\x28\xb5\x2f\xfd", "a zstd archive"},
	{"BZh", "a bzip2 archive"},
	{"PK\x03\x04", "a zip archive"},
	{"Bootstrap:", "a definition file; build it with `apptainer build` first"},
	{"<", "a web page or XML"},
	{"{", "JSON"},
}

// notAnImage is the refusal, which says what the file looks like.
func notAnImage(head []byte) error {
	const op = "sif.notAnImage"
	const start = "This file is not a Singularity or Apptainer image: "
	if len(head) == 0 {
		return errs.E(op, errs.Invalid, start+"it is empty.")
	}
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b.magic)) {
			return errs.E(op, errs.Invalid, start+"it begins like %s.", b.name)
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return errs.E(op, errs.Invalid, start+"it begins like a tar archive; an image saved by docker must be converted with `apptainer build` first.")
	}
	if line := firstLine(head); line != "" {
		return errs.E(op, errs.Invalid, start+"it begins like text, %q.", line)
	}
	return errs.E(op, errs.Invalid, start+"it begins with the bytes % x.", head[:min(len(head), 8)])
}

// firstLine gives the beginning of the first line of a text; empty if b is not text.
func firstLine(b []byte) string {
	const most = 40
	b, _, _ = bytes.Cut(b, []byte("\n"))
	b = b[:min(len(b), most)]
	for cut := 1; cut < utf8.UTFMax && !utf8.Valid(b) && len(b) == most-cut+1; cut++ {
		b = b[:len(b)-1] // the last character was cut in two
	}
	line := strings.TrimSpace(string(b))
	for _, r := range line {
		if !unicode.IsPrint(r) && r != '\t' || r == utf8.RuneError {
			return ""
		}
	}
	return line
}
