package chart

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Line draws a line through the points of a series, which is a day apart each; name says
// what is measured, and figure writes a number of it. Its axes are those of Bars.
func Line(name string, series []Point, figure func(int64) string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var svg strings.Builder
		drawLine(&svg, name, series, figure)
		_, err := io.WriteString(w, svg.String())
		return err
	})
}

func drawLine(svg *strings.Builder, name string, series []Point, figure func(int64) string) {
	high := frame(svg, lineSummary(name, series, figure), series, figure)
	floor := height - bottom
	step := (width - left) / float64(max(1, len(series)))
	var path strings.Builder
	for i, p := range series {
		x, y := left+step*(float64(i)+0.5), floor-(floor-top)*float64(p.Value)/float64(high)
		fmt.Fprintf(&path, "%s,%s ", place(x), place(y))
		fmt.Fprintf(svg, `<circle class="dot" cx="%s" cy="%s" r="2.5"><title>%s: %s</title></circle>`,
			place(x), place(y), p.At.Format("2 Jan 2006"), templ.EscapeString(figure(p.Value)))
	}
	fmt.Fprintf(svg, `<polyline class="line" points="%s"></polyline>`, strings.TrimSpace(path.String()))
	dates(svg, series, step)
	svg.WriteString("</svg>")
}

// lineSummary says in words what the line shows.
func lineSummary(name string, series []Point, figure func(int64) string) string {
	if len(series) == 0 {
		return name + ": nothing"
	}
	first, last := series[0], series[len(series)-1]
	return fmt.Sprintf("%s: %s on %s, %s on %s", name, figure(first.Value), first.At.Format("2 Jan 2006"),
		figure(last.Value), last.At.Format("2 Jan 2006"))
}
