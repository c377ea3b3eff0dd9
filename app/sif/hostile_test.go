package sif_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

// Where the fields of a SIF are: the header's from the start of the file, and a
// descriptor's from its own start.
const (
	versionAt     = 42
	archAt        = 45
	totalAt       = 88
	tableAt       = 96
	tableSizeAt   = 104
	descriptorLen = 585

	typeAt   = 0
	offsetAt = 17
	sizeAt   = 25
	extraAt  = 201
)

// forge makes a SIF and lets change damage its header and its descriptors.
func forge(t *testing.T, o siftest.Options, change func(image []byte, descriptor func(i int) []byte)) []byte {
	t.Helper()
	image := siftest.SIF(t, o)
	table := binary.LittleEndian.Uint64(image[tableAt:])
	change(image, func(i int) []byte { return image[table+uint64(i)*descriptorLen:][:descriptorLen] })
	return image
}

func put64(b []byte, at int, v int64) { binary.LittleEndian.PutUint64(b[at:], uint64(v)) }

func TestInspectRefusesAHeaderThatContradictsTheFile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(image []byte, descriptor func(int) []byte){
		"negative count":      func(b []byte, _ func(int) []byte) { put64(b, totalAt, -1) },
		"huge count":          func(b []byte, _ func(int) []byte) { put64(b, totalAt, math.MaxInt64) },
		"huge count and size": func(b []byte, _ func(int) []byte) { put64(b, totalAt, 1<<40); put64(b, tableSizeAt, 1<<50) },
		"negative table size": func(b []byte, _ func(int) []byte) { put64(b, tableSizeAt, -585) },
		"negative table":      func(b []byte, _ func(int) []byte) { put64(b, tableAt, -1) },
		"table in header":     func(b []byte, _ func(int) []byte) { put64(b, tableAt, 0) },
		"table behind end":    func(b []byte, _ func(int) []byte) { put64(b, tableAt, math.MaxInt64) },
		"negative size":       func(_ []byte, d func(int) []byte) { put64(d(1), sizeAt, -1) },
		"negative offset":     func(_ []byte, d func(int) []byte) { put64(d(1), offsetAt, -1) },
		"offset behind end":   func(_ []byte, d func(int) []byte) { put64(d(1), offsetAt, 1<<40) },
		"size behind end":     func(_ []byte, d func(int) []byte) { put64(d(1), sizeAt, math.MaxInt64) },
	} {
		got := refuse(t, forge(t, siftest.Options{}, change))
		if !strings.HasPrefix(got, "This SIF is ") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestInspectAcceptsAndNotes(t *testing.T) {
	t.Parallel()
	squashfs := func(b []byte, d func(int) []byte) []byte { return b[binary.LittleEndian.Uint64(d(1)[offsetAt:]):] }
	for name, test := range map[string]struct {
		change func(image []byte, descriptor func(int) []byte)
		note   string
	}{
		"arch lie":        {func(b []byte, _ func(int) []byte) { b[archAt+1] = '4' }, "The header says that the image is for arm64, its primary partition that it is for amd64."},
		"overlap":         {func(_ []byte, d func(int) []byte) { put64(d(0), offsetAt, 0); put64(d(0), sizeAt, 33000) }, "Objects 1 and 2 of the image overlap."},
		"no primary":      {func(_ []byte, d func(int) []byte) { d(1)[extraAt+4] = 3 }, "The image has no primary partition, so that it cannot be run."},
		"unknown type":    {func(_ []byte, d func(int) []byte) { d(1)[typeAt] = 99 }, "The image has no primary partition, so that it cannot be run."},
		"raw filesystem":  {func(_ []byte, d func(int) []byte) { d(1)[extraAt] = 4 }, "The filesystem of the image is of type Raw, which is not looked into."},
		"not squashfs":    {func(b []byte, d func(int) []byte) { squashfs(b, d)[0] = 'x' }, "The filesystem of the image cannot be read: it is not a squashfs filesystem."},
		"squashfs 3":      {func(b []byte, d func(int) []byte) { squashfs(b, d)[28] = 3 }, "The filesystem of the image cannot be read: it has squashfs version 3.0, and only 4.0 is known."},
		"compression 77":  {func(b []byte, d func(int) []byte) { squashfs(b, d)[20] = 77 }, "The filesystem of the image cannot be read: its compression, number 77, is not known."},
		"short partition": {func(_ []byte, d func(int) []byte) { put64(d(1), sizeAt, 4000) }, "The filesystem of the image cannot be read: it is cut short: 4000 bytes of 4367 are there."},
		"empty partition": {func(_ []byte, d func(int) []byte) { put64(d(1), sizeAt, 0) }, "The filesystem of the image cannot be read: it refers to bytes beyond its own end."},
		"damaged inodes": {func(b []byte, d func(int) []byte) {
			fs := squashfs(b, d)
			clear(fs[binary.LittleEndian.Uint64(fs[64:])+2:][:100])
		}, "The filesystem of the image cannot be read: a compressed block is damaged."},
	} {
		r := inspect(t, forge(t, siftest.Options{}, test.change))
		if len(r.Notes) != 1 || r.Notes[0] != test.note {
			t.Errorf("%s: notes are %q, want %q", name, r.Notes, test.note)
		}
		if name != "overlap" && r.Definition != siftest.Definition {
			t.Errorf("%s: the definition file was lost with the rest", name)
		}
	}
}

func TestInspectAcceptsAnOldVersion(t *testing.T) {
	t.Parallel()
	r := inspect(t, forge(t, siftest.Options{}, func(b []byte, _ func(int) []byte) { b[versionAt+1] = '0' }))
	if r.Version != "00" || len(r.Objects) != 2 || len(r.Notes) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestInspectBoundsTheObjects(t *testing.T) {
	t.Parallel()
	const total = 3000
	image := make([]byte, 128+total*descriptorLen)
	copy(image, siftest.SIF(t, siftest.Options{})[:128])
	put64(image, totalAt, total)
	put64(image, tableAt, 128)
	put64(image, tableSizeAt, total*descriptorLen)
	for i := range total {
		d := image[128+i*descriptorLen:]
		binary.LittleEndian.PutUint32(d, 0x4007)
		d[4] = 1 // used
	}
	r := inspect(t, image)
	if len(r.Objects) != 1024 {
		t.Errorf("%d objects are listed", len(r.Objects))
	}
	if !noted(r, "The image has room for 3000 objects; only the first 1024 are looked at.") {
		t.Errorf("notes are %q", r.Notes)
	}
}

// noted reports whether a report has a note.
func noted(r *sif.Report, note string) bool {
	for _, n := range r.Notes {
		if n == note {
			return true
		}
	}
	return false
}

func TestInspectSurvivesDamageAnywhere(t *testing.T) {
	t.Parallel()
	for _, c := range siftest.Compressions {
		root, err := siftest.Squashfs(c)
		if err != nil {
			t.Fatal(err)
		}
		lost := 0
		for at := 96; at < len(root); at += 29 { // behind the superblock, so that it stays an image
			b := bytes.Clone(root)
			b[at] ^= 0xff
			r := inspect(t, b)
			lost += len(r.Notes)
		}
		if lost == 0 {
			t.Errorf("%s: no damage was noticed", c)
		}
	}
}
