package chart_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"sregistry/templates/chart"
)

func TestMeterIsAsFullAsWhatItMeasures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		taken, kept, whole int64
		all, level         string // where these end
	}{
		{0, 0, 100, "0.0", "0.0"},
		{1, 0, math.MaxInt64, "0.5", "0.5"},
		{30, 20, 100, "50.0", "30.0"},
		{85, 15, 100, "100.0", "85.0"},
		{300, 1, 100, "100.0", "100.0"},
		{math.MaxInt64, math.MaxInt64, 1, "100.0", "100.0"},
	} {
		var svg bytes.Buffer
		if err := chart.Meter("warn", c.taken, c.kept, c.whole).Render(t.Context(), &svg); err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(&svg)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{doc.Find("rect.kept").AttrOr("width", ""), doc.Find("rect.level.warn").AttrOr("width", "")}
		if d := cmp.Diff([]string{c.all, c.level}, got); d != "" {
			t.Errorf("%d and %d of %d (-want +got):\n%s", c.taken, c.kept, c.whole, d)
		}
	}
	var nothing strings.Builder
	if err := chart.Meter("", 5, 0, 0).Render(t.Context(), &nothing); err != nil || nothing.Len() > 0 {
		t.Errorf("without a limit there is %q, %v", nothing.String(), err)
	}
}
