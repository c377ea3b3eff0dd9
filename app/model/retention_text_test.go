package model_test

import (
	"testing"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

func TestRetentionRulesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]model.RetentionRule{
		"tags=nightly-*,last=7":              {Tags: "nightly-*", Last: 7},
		"tags=*,last=1,newer=90d,pulled=12h": {Tags: "*", Last: 1, Newer: 90 * 24 * time.Hour, Pulled: 12 * time.Hour},
	} {
		if got, err := model.ParseRetentionRule(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if got, err := model.ParseRetentionRule("tags=*, newer=1.5d"); err != nil || got.Newer != 36*time.Hour {
		t.Errorf("with a blank: %+v, %v", got, err)
	}
	for _, bad := range []string{"", "*", "tags=*,last=many", "tags=*,newer=soon", "tags=*,newer=NaNd", "tags=*,newer=1e9d", "tags=*,older=3d"} {
		if got, err := model.ParseRetentionRule(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}
