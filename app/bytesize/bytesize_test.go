package bytesize_test

import (
	"testing"

	"sregistry/app/bytesize"
	"sregistry/app/errs"
)

func TestSizesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": 0, "7": 7, "50GiB": 50 << 30, "1.5TB": 1_500_000_000_000, "100 MB": 100_000_000, "2 tib": 2 << 40} {
		if got, err := bytesize.Parse(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
		if got, err := bytesize.ParseLimit(text); err != nil || *got != want {
			t.Errorf("%q is the limit %v, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "-1", "1 elephant", "99999999999GiB", "1,5TB", "NaN", "∞"} {
		if got, err := bytesize.Parse(text); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q is %d, %v", text, got, err)
		}
		if got, err := bytesize.ParseLimit(text); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q is the limit %v, %v", text, got, err)
		}
	}
}

func TestLimitsHaveWordsForNoneAndForTheDefault(t *testing.T) {
	t.Parallel()
	if got, err := bytesize.ParseLimit("none"); err != nil || got == nil || *got != 0 {
		t.Errorf("none is %v, %v", got, err)
	}
	if got, err := bytesize.ParseLimit("default"); err != nil || got != nil {
		t.Errorf("default is %v, %v", got, err)
	}
}

func TestSizesAreWrittenShortAndToTheByte(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 7: "7", 1000: "1kB", 1024: "1KiB", 1025: "1025", 500 << 30: "500GiB", 1 << 40: "1TiB",
		1_500_000_000_000: "1500GB", 3 << 39: "1536GiB", 1<<63 - 1: "9223372036854775807"} {
		got := bytesize.Text(n)
		if got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
		if back, err := bytesize.Parse(got); n < 1<<53 && (err != nil || back != n) {
			t.Errorf("%q is read back as %d, %v; want %d", got, back, err, n)
		}
	}
}
