package chart_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"sregistry/templates/chart"
)

var today = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func figure(n int64) string { return strconv.FormatInt(n, 10) }

func draw(t *testing.T, name string, series []chart.Point) *goquery.Document {
	t.Helper()
	var svg bytes.Buffer
	if err := chart.Bars(name, series, figure).Render(t.Context(), &svg); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&svg)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDaysAreFilledIn(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	got := chart.Days([]chart.Point{{At: day(20).Add(time.Hour), Value: 3}, {At: day(20), Value: 1}, {At: day(1), Value: 9}}, today, 3)
	want := []chart.Point{{At: day(20), Value: 4}, {At: day(21)}, {At: day(22)}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := chart.Sum(got); got != 4 {
		t.Errorf("the sum is %d", got)
	}
}

func TestBarsAreAsHighAsTheirFigures(t *testing.T) {
	t.Parallel()
	doc := draw(t, `Pulls "<of> it`, chart.Days([]chart.Point{{At: today, Value: 30}, {At: today.AddDate(0, 0, -1), Value: 15}}, today, 4))
	heights := doc.Find("rect.bar").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("height", "") })
	if d := cmp.Diff([]string{"0.0", "0.0", "30.0", "60.0"}, heights); d != "" {
		t.Errorf("heights (-want +got):\n%s", d)
	}
	marks := doc.Find("span").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	if d := cmp.Diff([]string{"50", "0", "19 Nov 2026", "21 Nov 2026", "22 Nov 2026"}, marks); d != "" {
		t.Errorf("marks (-want +got):\n%s", d)
	}
	const want = `Pulls "<of> it from 19 Nov 2026 to 22 Nov 2026: 45 in all, at most 30 on 22 Nov 2026`
	if got := doc.Find("[role=img]").AttrOr("aria-label", ""); got != want {
		t.Errorf("a screen reader says %q", got)
	}
}

func TestExtremesAreDrawn(t *testing.T) {
	t.Parallel()
	for name, series := range map[string][]chart.Point{
		"nothing": nil, "one": {{At: today, Value: 1}}, "zeros": chart.Days(nil, today, 90), "huge": {{At: today, Value: 1<<63 - 1}},
	} {
		if html, err := draw(t, name, series).Html(); err != nil || strings.Contains(html, "NaN") || strings.Contains(html, "Inf") {
			t.Errorf("%s: %s, %v", name, html, err)
		}
	}
}
