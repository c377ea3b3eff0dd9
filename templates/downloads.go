package templates

import (
	"time"

	"sregistry/app/model"
	"sregistry/templates/chart"
)

// DownloadDays is how many days are shown one by one of what was pulled.
const DownloadDays = 90

// pullSeries is a figure for each of those days, now being the last.
func pullSeries(p model.Pulls, now time.Time) []chart.Point {
	var points []chart.Point
	for _, day := range p.Days {
		points = append(points, chart.Point{At: day.Day, Value: day.Count})
	}
	return chart.Days(points, now, DownloadDays)
}

func sumOf(p model.Pulls, now time.Time) int64 { return chart.Sum(pullSeries(p, now)) }
