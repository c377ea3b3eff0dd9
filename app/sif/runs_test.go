package sif_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"sregistry/app/sif"
	"sregistry/app/sif/siftest"
)

func tarOf(t *testing.T, format tar.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "bin/sh", Mode: 0o755, Size: 2, Format: format}); err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("hi"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oldTar is an archive of before there were marks: only the sum tells it.
func oldTar(t *testing.T) []byte {
	t.Helper()
	b := tarOf(t, tar.FormatUSTAR)
	copy(b[257:265], make([]byte, 8))
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:156], []byte{'0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' '})
	return b
}

func gz(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zst(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func TestWhatMayRunIsToldByItsContent(t *testing.T) {
	t.Parallel()
	squashfs, err := siftest.Squashfs("gzip")
	if err != nil {
		t.Fatal(err)
	}
	plain := tarOf(t, tar.FormatUSTAR)
	for name, b := range map[string][]byte{
		"SIF": siftest.SIF(t, siftest.Options{}), "squashfs": squashfs, "simg": siftest.SIMG(), "ext3": siftest.Ext3(),
		"ustar": plain, "GNU tar": tarOf(t, tar.FormatGNU), "pax": tarOf(t, tar.FormatPAX), "old tar": oldTar(t),
		"tar after zeros": append(make([]byte, 1024), plain...),
		"tar.gz":          gz(t, plain), "tar.zst": zst(t, plain), "SIF in gzip": gz(t, siftest.SIF(t, siftest.Options{})),
		"gzip in gzip": gz(t, gz(t, []byte("{}"))), "zst after a frame to skip": append([]byte("\x50\x2a\x4d\x18\x02\x00\x00\x00xx"), zst(t, plain)...),
		"broken gzip": []byte("\x1f\x8bxxxxxxxxxxxxxxxxx"), "broken zstd": []byte("\x28\xb5\x2f\xfdxxxxxxxxx"),
		"xz": []byte("\xfd7zXZ\x00xxxxxxxxxx"), "bzip2": []byte("BZh9xxxxxxxx"), "lz4": []byte("\x04\x22\x4d\x18xxxx"), "zip": []byte("PK\x03\x04xxx"),
	} {
		if got, err := sif.MayRun(t.Context(), bytes.NewReader(b), int64(len(b))); err != nil || !got {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "JSON": []byte(`{"bomFormat":"CycloneDX"}`), "text": []byte(strings.Repeat("hello ", 1000)), "XML": []byte("<bom/>"),
		"JSON in gzip": gz(t, []byte(`{}`)), "JSON in zstd": zst(t, []byte(`{}`)), "zeros": make([]byte, 3000), "short": []byte("h"),
		"a signature": []byte("-----BEGIN PGP SIGNATURE-----"),
	} {
		if got, err := sif.MayRun(t.Context(), bytes.NewReader(b), int64(len(b))); err != nil || got {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
