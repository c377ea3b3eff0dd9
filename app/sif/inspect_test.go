package sif_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// inspect reports on b, which must be an image.
func inspect(t *testing.T, b []byte) *sif.Report {
	t.Helper()
	r, err := sif.Inspect(t.Context(), bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// refuse gives the sentence with which b, which must not be an image, is refused.
func refuse(t *testing.T, b []byte) string {
	t.Helper()
	r, err := sif.Inspect(t.Context(), bytes.NewReader(b), int64(len(b)))
	if !errs.Is(err, errs.Invalid) {
		t.Fatalf("of %d bytes: got %v and %+v, want a refusal", len(b), err, r)
	}
	return errs.Message(err)
}

// golden compares a report with a file of testdata.
func golden(t *testing.T, name string, r *sif.Report) {
	t.Helper()
	got, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)+"\n"); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, d)
	}
}

func TestInspectTellsWhatIsInASIF(t *testing.T) {
	t.Parallel()
	golden(t, "sif.json", inspect(t, siftest.SIF(t, siftest.Options{Payload: 100})))
}

func TestInspectTellsWhatIsInASIMG(t *testing.T) {
	t.Parallel()
	golden(t, "simg.json", inspect(t, siftest.SIMG()))
}

func TestInspectRecognisesExt3(t *testing.T) {
	t.Parallel()
	golden(t, "ext3.json", inspect(t, siftest.Ext3()))
}

func TestInspectReadsEveryCompressionAlike(t *testing.T) {
	t.Parallel()
	want := inspect(t, siftest.SIF(t, siftest.Options{Compression: "gzip"}))
	for _, c := range siftest.Compressions {
		got := inspect(t, siftest.SIF(t, siftest.Options{Compression: c}))
		if got.Compression != c {
			t.Errorf("compression is %q, want %q", got.Compression, c)
		}
		got.Compression, got.Objects = want.Compression, want.Objects
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s differs from gzip:\n%s", c, d)
		}
	}
}

func TestInspectReadsWhatWriteWrote(t *testing.T) {
	t.Parallel()
	o := siftest.Options{Arch: "arm64", Payload: 3 << 20, Seed: 7}
	path := filepath.Join(t.TempDir(), "image.sif")
	if err := siftest.Write(path, o); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sif.Inspect(t.Context(), f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if r.Arch != "arm64" {
		t.Errorf("arch is %q", r.Arch)
	}
	onDisk, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(onDisk, siftest.SIF(t, o)) {
		t.Error("the same options gave different bytes on disk and in memory")
	}
}

func TestInspectSaysWhatElseAFileIs(t *testing.T) {
	t.Parallel()
	tar := make([]byte, 512)
	copy(tar, "file.txt\x00")
	copy(tar[257:], "ustar\x0000")
	for _, test := range []struct{ file, want string }{
		{"", "it is empty."},
		{"\x00", "it begins with the bytes 00."},
		{"\x7fELF\x02\x01\x01", "it begins like a program (ELF)."},
		{"\x1f\x8b\x08\x00", "it begins like a gzip archive;"},
		{string(tar), "it begins like a tar archive;"},
		{"\xff\xfea\x00b\x00", "it begins with the bytes ff fe 61 00 62 00."},
		{strings.Repeat("\u20ac", 50), `it begins like text, "` + strings.Repeat("\u20ac", 13) + `".`},
		{"<!doctype html>", "it begins like a web page or XML."},
		{"Bootstrap: docker\nFrom: alpine\n", "it begins like a definition file;"},
		{"hello world\nand more", `it begins like text, "hello world".`},
		{"#!/bin/sh\necho hello\n", `it begins like text, "#!/bin/sh".`},
		{"#!/usr/bin/env run-singularity\n", `it begins like text, "#!/usr/bin/env run-singularity".`},
	} {
		got := refuse(t, []byte(test.file))
		if !strings.HasPrefix(got, "This file is not a Singularity or Apptainer image: "+test.want) {
			t.Errorf("of %.20q: %s", test.file, got)
		}
	}
}

func TestInspectRefusesAnImageCutShort(t *testing.T) {
	t.Parallel()
	for name, image := range map[string][]byte{
		"sif":  siftest.SIF(t, siftest.Options{}),
		"simg": siftest.SIMG(),
		"ext3": siftest.Ext3(),
	} {
		for n := 0; n < len(image); n += 64 {
			if refuse(t, image[:n]) == "" {
				t.Errorf("%s of %d bytes: no sentence", name, n)
			}
		}
		refuse(t, image[:len(image)-1])
		inspect(t, image)
	}
}

func TestInspectKeepsTheFaultsOfReaderAndImageApart(t *testing.T) {
	t.Parallel()
	image := siftest.SIF(t, siftest.Options{})
	size := int64(len(image))
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sif.Inspect(stopped, bytes.NewReader(image), size); !errs.Is(err, errs.Canceled) {
		t.Errorf("canceled: got %v", err)
	}
	broken := errors.New("bad sector")
	for bad := int64(0); bad < size; bad += 4096 {
		_, err := sif.Inspect(t.Context(), badDisk{bytes.NewReader(image), bad, broken}, size)
		if err != nil && (!errs.Is(err, errs.Internal) || !errors.Is(err, broken)) {
			t.Errorf("bad sector at %d: got %v", bad, err)
		}
		if bad == 0 && err == nil {
			t.Error("an image whose header cannot be read was accepted")
		}
	}
	if _, err := sif.Inspect(t.Context(), bytes.NewReader(image[:size/2]), size); !errs.Is(err, errs.Internal) {
		t.Errorf("a file that is shorter than it was said to be: got %v", err)
	}
}

// badDisk fails to read one sector.
type badDisk struct {
	io.ReaderAt
	bad int64
	err error
}

func (d badDisk) ReadAt(p []byte, off int64) (int, error) {
	if off <= d.bad && d.bad < off+int64(len(p)) {
		return 0, d.err
	}
	return d.ReaderAt.ReadAt(p, off)
}
