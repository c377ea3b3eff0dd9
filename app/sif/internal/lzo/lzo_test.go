package lzo_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"sregistry/app/sif/internal/lzo"
)

const end = "\x11\x00\x00" // the end mark

func TestDecompress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"nothing", end, ""},
		{"first run of one", "\x12a" + end, "a"},
		{"first run of four", "\x15abcd" + end, "abcd"},
		{"run of four", "\x01abcd" + end, "abcd"},
		{"run of eighteen", "\x0f" + strings.Repeat("x", 18) + end, strings.Repeat("x", 18)},
		{"long run", "\x00\x01" + strings.Repeat("x", 19) + end, strings.Repeat("x", 19)},
		{"longer run", "\x00\x00\x01" + strings.Repeat("x", 274) + end, strings.Repeat("x", 274)},
		{"short match of two", "\x13ab\x04\x00" + end, "abab"},
		{"near match of three", "\x14abc\x48\x00" + end, "abcabc"},
		{"near match of eight, overlapping itself", "\x12a\xe0\x00" + end, strings.Repeat("a", 9)},
		{"near match with literals behind it", "\x14abc\x4a\x00de" + end, "abcabcde"},
		{"far match", "\x14abc\x24\x08\x00" + end, "abcabcabc"},
		{"far match of 34", "\x12a\x20\x01\x00\x00" + end, strings.Repeat("a", 35)},
	} {
		got, err := lzo.Decompress([]byte(test.in), 1000)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestDecompressFarMatches(t *testing.T) {
	t.Parallel()
	// 2049 literals (15 + 7*255 + 246, and 3), then the match of three bytes at 2049.
	start := "a" + strings.Repeat("b", 2048)
	run := "\x00" + strings.Repeat("\x00", 7) + "\xf6" + start
	got, err := lzo.Decompress([]byte(run+"\x00\x00"+end), 4096)
	if want := start + "abb"; err != nil || string(got) != want {
		t.Errorf("at 2049: got %d bytes, %v", len(got), err)
	}
	// The same run eight times, then a match at 16385, which begins one byte before the last eight.
	all := "z" + strings.Repeat(start, 8)
	n := len(all) - 3 - 15
	long := "\x00" + strings.Repeat("\x00", n/255) + string([]byte{byte(n % 255)}) + all
	distance := len(all) - 16384
	got, err = lzo.Decompress([]byte(long+"\x11"+string([]byte{byte(distance << 2), byte(distance >> 6)})+end), 1<<20)
	if want := all + "zab"; err != nil || string(got) != want {
		t.Errorf("at %d: got %d bytes, %v", len(all), len(got), err)
	}
}

func TestDecompressRefusesDamage(t *testing.T) {
	t.Parallel()
	whole := "\x14abc\x4a\x00de" + end
	for n := range len(whole) {
		if _, err := lzo.Decompress([]byte(whole[:n]), 1000); !errors.Is(err, lzo.ErrCorrupt) {
			t.Errorf("cut after %d bytes: got %v", n, err)
		}
	}
	for _, bad := range []string{whole + "x", "\x12a\x48\x00" + end[:2], "\x12a\x41\x01" + end, "\x00" + strings.Repeat("\x00", 5000)} {
		if _, err := lzo.Decompress([]byte(bad), 1000); !errors.Is(err, lzo.ErrCorrupt) {
			t.Errorf("of %q: got %v", bad, err)
		}
	}
	bomb := "\x12a\x20" + strings.Repeat("\x00", 5000) + "\x01\x00\x00" + end
	if _, err := lzo.Decompress([]byte(bomb), 1<<20); !errors.Is(err, lzo.ErrTooLong) {
		t.Errorf("bomb: got %v", err)
	}
	if _, err := lzo.Decompress([]byte("\x15abcd"+end), 3); !errors.Is(err, lzo.ErrTooLong) {
		t.Errorf("literals beyond the limit: got %v", err)
	}
}

// FuzzDecompress holds that no input panics or goes beyond the limit.
func FuzzDecompress(f *testing.F) {
	f.Add([]byte("\x14abc\x4a\x00de" + end))
	f.Add([]byte("\x00\x00\x01" + strings.Repeat("x", 274) + "\x24\x08\x00" + end))
	f.Add(bytes.Repeat([]byte{0}, 100))
	f.Fuzz(func(t *testing.T, src []byte) {
		const limit = 8 << 10
		if out, err := lzo.Decompress(src, limit); err == nil && len(out) > limit {
			t.Fatalf("%d bytes", len(out))
		}
	})
}
