package config_test

import (
	"testing"

	"sregistry/app/config"
)

func TestBytesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.Bytes{"0": 0, "50GiB": 50 << 30, "1.5TB": 1_500_000_000_000, "100 MB": 100_000_000, "7": 7} {
		got, err := config.ParseBytes(text)
		if err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
		var back config.Bytes
		if err := back.Set(got.String()); err != nil || back != got {
			t.Errorf("%d is written %q, and read back as %d, %v", got, got.String(), back, err)
		}
	}
	for _, text := range []string{"", "x", "-1", "1 elephant", "99999999999GiB"} {
		if n, err := config.ParseBytes(text); err == nil {
			t.Errorf("%q is %d", text, n)
		}
	}
}
