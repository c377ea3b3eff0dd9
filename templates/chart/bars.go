package chart

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// The picture of Bars, in its own units; it is as wide as its place in the page.
const (
	width, height = 720.0, 180.0
	left, bottom  = 44.0, 24.0
	top           = 10.0
)

// Bars draws a bar for each point of a series; name says what is counted, and figure
// writes a number of it. The axes are told by three days and two figures.
func Bars(name string, series []Point, figure func(int64) string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var svg strings.Builder
		drawBars(&svg, name, series, figure)
		_, err := io.WriteString(w, svg.String())
		return err
	})
}

func drawBars(svg *strings.Builder, name string, series []Point, figure func(int64) string) {
	high := frame(svg, summary(name, series, figure), series, figure)
	floor := height - bottom
	step := (width - left) / float64(max(1, len(series)))
	for i, p := range series {
		tall := (floor - top) * float64(p.Value) / float64(high)
		if p.Value > 0 {
			tall = max(tall, 1)
		}
		x := left + step*float64(i)
		fmt.Fprintf(svg, `<rect class="bar" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>`,
			place(x+step*0.1), place(floor-tall), place(step*0.8), place(tall), p.At.Format("2 Jan 2006"), templ.EscapeString(figure(p.Value)))
	}
	dates(svg, series, step)
	svg.WriteString("</svg>")
}

// frame begins the picture of a series, with the axis of its figures, and gives the
// highest of that.
func frame(svg *strings.Builder, summary string, series []Point, figure func(int64) string) (high int64) {
	high = 1
	for _, p := range series {
		high = max(high, p.Value)
	}
	high = ceiling(high)
	fmt.Fprintf(svg, `<svg class="chart" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, width, height, templ.EscapeString(summary))
	floor := height - bottom
	for _, line := range []int64{0, high} {
		y := floor - (floor-top)*float64(line)/float64(high)
		fmt.Fprintf(svg, `<line class="axis" x1="%s" x2="%s" y1="%s" y2="%[3]s"></line>`, place(left), place(width), place(y))
		fmt.Fprintf(svg, `<text class="mark" x="%s" y="%s" text-anchor="end">%s</text>`, place(left-8), place(y+4), templ.EscapeString(figure(line)))
	}
	return high
}

// dates writes the first, the middle and the last day below the bars.
func dates(svg *strings.Builder, series []Point, step float64) {
	if len(series) == 0 {
		return
	}
	middle, last := len(series)/2, len(series)-1
	for _, mark := range []struct {
		at     int
		x      float64
		anchor string
	}{{0, left, "start"}, {middle, left + step*(float64(middle)+0.5), "middle"}, {last, width, "end"}} {
		fmt.Fprintf(svg, `<text class="mark" x="%s" y="%s" text-anchor="%s">%s</text>`,
			place(mark.x), place(height-6), mark.anchor, series[mark.at].At.Format("2 Jan 2006"))
	}
}

// summary says in words what the picture shows.
func summary(name string, series []Point, figure func(int64) string) string {
	if len(series) == 0 {
		return name + ": nothing"
	}
	most := series[0]
	for _, p := range series {
		if p.Value > most.Value {
			most = p
		}
	}
	return fmt.Sprintf("%s from %s to %s: %s in all, at most %s on %s", name, series[0].At.Format("2 Jan 2006"),
		series[len(series)-1].At.Format("2 Jan 2006"), figure(Sum(series)), figure(most.Value), most.At.Format("2 Jan 2006"))
}
