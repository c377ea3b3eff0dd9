package chart

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// Line draws a line through the points of a series, which is a day apart each; name says
// what is measured, and figure writes a number of it. Its axes are those of Bars.
func Line(name string, series []Point, figure func(int64) string) templ.Component {
	return axes(lineSummary(name, series, figure), series, figure, func(svg *strings.Builder, high int64) {
		var path strings.Builder
		for i, p := range series {
			x, y := place(step*(float64(i)+0.5)), place(height-tall(p.Value, high))
			path.WriteString(x + "," + y + " ")
			// A line of no length with round ends is a dot that is not stretched.
			fmt.Fprintf(svg, `<path class="dot" d="M%s,%s h0" vector-effect="non-scaling-stroke"><title>%s: %s</title></path>`,
				x, y, dayWords(p), templ.EscapeString(figure(p.Value)))
		}
		fmt.Fprintf(svg, `<polyline class="line" points="%s" vector-effect="non-scaling-stroke"></polyline>`, strings.TrimSpace(path.String()))
	})
}

// lineSummary says in words what the line shows.
func lineSummary(name string, series []Point, figure func(int64) string) string {
	if len(series) == 0 {
		return name + ": nothing"
	}
	first, last := series[0], series[len(series)-1]
	return fmt.Sprintf("%s: %s on %s, %s on %s", name, figure(first.Value), dayWords(first), figure(last.Value), dayWords(last))
}
