// Package chart draws charts as SVG on the server: figures over time, with their axes once
// for all pages. A chart is one picture to a screen reader, with its name and a sentence;
// the colours are classes of the style sheet, so that it follows light and dark.
//
// It knows nothing of what is counted. Entry points: Days, which fills in the days
// without a figure, and Bars, Line, Treemap and Meter. The trap: the pages' policy allows no
// style attribute, so that sizes are SVG's own attributes and colours stand in chart.css
// only.
package chart

import (
	"strconv"
	"time"
)

// Point is a figure of a moment.
type Point struct {
	At    time.Time
	Value int64
}

// Days makes a series of n days which ends with last, in UTC; a day that is not among the
// points, or comes before the first, has 0.
func Days(points []Point, last time.Time, n int) []Point {
	figures := make(map[time.Time]int64, len(points))
	for _, p := range points {
		figures[dayOf(p.At)] += p.Value
	}
	series := make([]Point, 0, n)
	for back := n - 1; back >= 0; back-- {
		day := dayOf(last).AddDate(0, 0, -back)
		series = append(series, Point{day, figures[day]})
	}
	return series
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Sum is that of all figures.
func Sum(points []Point) int64 {
	var sum int64
	for _, p := range points {
		sum += p.Value
	}
	return sum
}

// ceiling is the least round number that is not below a figure: 1, 2, 5, 10, 20, 50, …
func ceiling(figure int64) int64 {
	for round := int64(1); ; round *= 10 {
		for _, times := range []int64{1, 2, 5} {
			if times*round >= figure {
				return times * round
			}
		}
		if round > 1<<58 {
			return figure
		}
	}
}

// place writes a coordinate, in the units of the picture.
func place(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
