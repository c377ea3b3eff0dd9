package config_test

import (
	"testing"

	"sregistry/app/config"
)

func TestBytesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.Bytes{"0": 0, "50GiB": 50 << 30, "1.5TB": 1_500_000_000_000} {
		var got, back config.Bytes
		if err := got.Set(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
		if err := back.Set(got.String()); err != nil || back != got {
			t.Errorf("%d is written %q, and read back as %d, %v", got, got.String(), back, err)
		}
	}
	var n config.Bytes
	if err := n.Set("1 elephant"); err == nil {
		t.Errorf("an elephant is %d", n)
	}
}
