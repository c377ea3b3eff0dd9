package templates

import (
	"net/url"
	"strings"
	"time"

	"sregistry/app/model"
	"sregistry/templates/chart"
)

// AdminStorage shows what takes up the registry's room: by namespace, collection and
// container, over time, and what will be freed when.
//
// The page is GET /admin/storage?in=PLACE, where a place is empty, a namespace, or the
// full name of a collection. POST /admin/sweep frees at once what is due.
type AdminStorage struct {
	Page
	// Place is where it is shown; empty is all of the registry.
	Place    string
	Holdings []model.StorageUsage // the largest first
	// Samples and Garbage are shown for all of the registry only.
	Samples []model.Sample
	Garbage []model.CleanupDay
	Grace   time.Duration
	Now     time.Time
	Health  model.Health
}

// holdingPath is the address where a holding's parts are shown, and for a container its
// own page.
func (p AdminStorage) holdingPath(h model.StorageUsage) string {
	if strings.Count(h.Name, "/") >= 2 {
		return "/containers/" + h.Name
	}
	return "/admin/storage?" + url.Values{"in": {h.Name}}.Encode()
}

// above are the places that this one is in.
func (p AdminStorage) above() []navItem {
	if p.Place == "" {
		return nil
	}
	items := []navItem{{"Whole registry", "/admin/storage"}}
	if namespace, _, ok := strings.Cut(p.Place, "/"); ok {
		items = append(items, navItem{namespace, "/admin/storage?" + query("in", namespace)})
	}
	return items
}

// parts names what a place has.
func (p AdminStorage) parts() string {
	switch {
	case p.Place == "":
		return "Namespace"
	case !strings.Contains(p.Place, "/"):
		return "Collection"
	}
	return "Container"
}

// limits reports whether what is shown may have quotas: containers have none.
func (p AdminStorage) limits() bool { return !strings.Contains(p.Place, "/") }

func (p AdminStorage) areas() []chart.Area {
	var areas []chart.Area
	for _, h := range p.Holdings {
		areas = append(areas, chart.Area{Name: h.Name, Value: h.Bytes, Link: p.holdingPath(h)})
	}
	return areas
}

// series is the bytes of each day that was noted.
func (p AdminStorage) series() []chart.Point {
	var points []chart.Point
	for _, s := range p.Samples {
		points = append(points, chart.Point{At: s.Day, Value: s.Bytes})
	}
	return points
}

// freed sums up what will be freed.
func (p AdminStorage) freed() (images int, bytes int64) {
	for _, g := range p.Garbage {
		images, bytes = images+g.Images, bytes+g.Bytes
	}
	return images, bytes
}
