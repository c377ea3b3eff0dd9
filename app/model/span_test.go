package model_test

import (
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestSpansAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "1h30m0s": 90 * time.Minute, "1s": time.Second, "36500d": 36500 * 24 * time.Hour} {
		if got, err := model.ParseSpan(text); err != nil || got != want || model.FormatSpan(got) != text {
			t.Errorf("%s: %s, %v", text, model.FormatSpan(got), err)
		}
	}
	if got, err := model.ParseSpan("1.5d"); err != nil || got != 36*time.Hour {
		t.Errorf("a part of a day: %s, %v", got, err)
	}
	for _, bad := range []string{"", "d", "7", "soon", "0d", "0s", "10ms", "-3d", "-1h", "36501d", "900000h", "1e300d", "NaNd", "Infd"} {
		if got, err := model.ParseSpan(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %s, %v", bad, got, err)
		}
	}
}
