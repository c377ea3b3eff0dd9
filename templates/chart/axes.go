package chart

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// The picture of a series, in its own units. It is stretched to its place in the page; the
// words of the axes stand beside it, where they are not stretched and stay as large as
// other text.
const (
	height = 100.0
	step   = 10.0 // from one point to the next
)

// axes is a chart of a series: a picture, which draw makes for figures up to high, with the
// axes in words, three days and two figures; summary says what it shows.
func axes(summary string, series []Point, figure func(int64) string, draw func(svg *strings.Builder, high int64)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		high := int64(1)
		for _, p := range series {
			high = max(high, p.Value)
		}
		high = ceiling(high)
		var page strings.Builder
		fmt.Fprintf(&page, `<div class="chart" role="img" aria-label="%s"><div class="figures"><span>%s</span><span>%s</span></div>`,
			templ.EscapeString(summary), templ.EscapeString(figure(high)), templ.EscapeString(figure(0)))
		fmt.Fprintf(&page, `<svg viewBox="0 0 %s %s" preserveAspectRatio="none">`, place(step*float64(max(1, len(series)))), place(height))
		draw(&page, high)
		page.WriteString("</svg>")
		dates(&page, series)
		page.WriteString("</div>")
		_, err := io.WriteString(w, page.String())
		return err
	})
}

// dates writes the first, the middle and the last day below the picture.
func dates(page *strings.Builder, series []Point) {
	page.WriteString(`<div class="days">`)
	if len(series) > 0 {
		for _, p := range []Point{series[0], series[len(series)/2], series[len(series)-1]} {
			page.WriteString("<span>" + dayWords(p) + "</span>")
		}
	}
	page.WriteString("</div>")
}

func dayWords(p Point) string { return p.At.UTC().Format("2 Jan 2006") }

// tall is how high a figure stands in the picture.
func tall(figure, high int64) float64 { return height * float64(figure) / float64(high) }
