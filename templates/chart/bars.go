package chart

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// gap is how much room is left on each side of a bar.
const gap = 1.0

// Bars draws a bar for each point of a series; name says what is counted, and figure
// writes a number of it. The axes are told by three days and two figures.
func Bars(name string, series []Point, figure func(int64) string) templ.Component {
	return axes(summary(name, series, figure), series, figure, func(svg *strings.Builder, high int64) {
		for i, p := range series {
			t := tall(p.Value, high)
			if p.Value > 0 {
				t = max(t, 1) // or it could not be seen
			}
			fmt.Fprintf(svg, `<rect class="bar" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>`, place(step*float64(i)+gap),
				place(height-t), place(step-2*gap), place(t), dayWords(p), templ.EscapeString(figure(p.Value)))
		}
	})
}

// summary says in words what the bars show.
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
	return fmt.Sprintf("%s from %s to %s: %s in all, at most %s on %s", name, dayWords(series[0]), dayWords(series[len(series)-1]),
		figure(Sum(series)), figure(most.Value), dayWords(most))
}
