package model_test

import (
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestSpansAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "1d": 24 * time.Hour, "36h": 36 * time.Hour,
		"1h30m": 90 * time.Minute, "1h0m1s": time.Hour + time.Second, "20m": 20 * time.Minute, "1m10s": 70 * time.Second, "10s": 10 * time.Second,
		"0": 0, "-3d": -72 * time.Hour, "36500d": 36500 * 24 * time.Hour} {
		if got, err := model.ParseSpan(text); err != nil || got != want || model.FormatSpan(got) != text {
			t.Errorf("%s: %s, %v", text, model.FormatSpan(got), err)
		}
	}
	if got, err := model.ParseSpan("1.5d"); err != nil || got != 36*time.Hour {
		t.Errorf("a part of a day: %s, %v", got, err)
	}
	for _, bad := range []string{"", "d", "7", "soon", "36501d", "-36501d", "900000h", "1e300d", "NaNd", "Infd"} {
		if got, err := model.ParseSpan(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %s, %v", bad, got, err)
		}
	}
}
