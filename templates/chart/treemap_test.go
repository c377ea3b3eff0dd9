package chart_test

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"sregistry/templates/chart"
)

func TestTreemapAreasAreAsTheirValues(t *testing.T) {
	t.Parallel()
	var svg bytes.Buffer
	areas := []chart.Area{{Name: "small", Value: 10}, {Name: `<b>"large"`, Value: 60, Link: "/admin/storage?in=large"}, {Name: "none"},
		{Name: "middle", Value: 30, Link: "javascript:alert(1)"}}
	if err := chart.Treemap("Storage", areas, figure).Render(t.Context(), &svg); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(svg.String(), "<b>") || strings.Contains(svg.String(), "javascript:") {
		t.Errorf("not escaped: %s", svg.String())
	}
	doc, err := goquery.NewDocumentFromReader(&svg)
	if err != nil {
		t.Fatal(err)
	}
	number := func(s *goquery.Selection, name string) float64 {
		v, err := strconv.ParseFloat(s.AttrOr(name, ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var got []float64
	doc.Find("rect.area").Each(func(_ int, s *goquery.Selection) {
		if number(s, "x") < 0 || number(s, "x")+number(s, "width") > 720.2 || number(s, "y")+number(s, "height") > 320.2 {
			t.Errorf("an area is outside: %v", s.Nodes[0].Attr)
		}
		got = append(got, number(s, "width")*number(s, "height")/(720*320)*100)
	})
	for i, want := range []float64{60, 30, 10} {
		if len(got) != 3 || math.Abs(got[i]-want) > 0.5 {
			t.Fatalf("areas are %v percent", got)
		}
	}
	if first := doc.Find("a").First(); first.AttrOr("href", "") != "/admin/storage?in=large" || first.Find("title").Text() != `<b>"large", 60` {
		t.Errorf("the first link is %v", first.Nodes[0].Attr)
	}
}

func TestTreemapOfManyAreasStaysWhole(t *testing.T) {
	t.Parallel()
	var areas []chart.Area
	for i := range 200 {
		areas = append(areas, chart.Area{Name: strconv.Itoa(i), Value: int64(i * i * i)})
	}
	var svg bytes.Buffer
	if err := chart.Treemap("Storage", areas, figure).Render(t.Context(), &svg); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(svg.String(), "NaN") || strings.Contains(svg.String(), "Inf") || strings.Count(svg.String(), "<rect") != 199 {
		t.Error("not every area is drawn")
	}
	svg.Reset()
	if err := chart.Treemap("Storage", nil, figure).Render(t.Context(), &svg); err != nil || strings.Contains(svg.String(), "<rect") {
		t.Errorf("of nothing: %v %s", err, svg.String())
	}
}
