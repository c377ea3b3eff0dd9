package templates

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"sregistry/app/model"
)

// AdminLog shows what was done, by whom, and what was denied.
//
// The page is GET /admin/log with the query actor, action, target, source, denied ("true"
// or "false"), since and until (days). GET /admin/log/export gives the same choice whole,
// with format=csv or format=jsonl.
type AdminLog struct {
	Page
	Events []model.Event // the newest first
	// More is the address of the list's next part; empty at its end.
	More string
	// Filter is what was chosen, by the names of the query.
	Filter url.Values
	// Problem is what is wrong with the choice; empty if nothing.
	Problem string
}

// export is the address of the whole list in a format.
func (p AdminLog) export(format string) string {
	q := url.Values{"format": {format}}
	for name, values := range p.Filter {
		if name != "after" && len(values) > 0 && values[0] != "" {
			q[name] = values
		}
	}
	return "/admin/log/export?" + q.Encode()
}

// filtered reports whether the list shows a part of all only.
func (p AdminLog) filtered() bool {
	for name, values := range p.Filter {
		if name != "after" && len(values) > 0 && values[0] != "" {
			return true
		}
	}
	return false
}

// details writes those of an event: "tag latest, size 7".
func details(e model.Event) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(e.Details)) {
		parts = append(parts, name+" "+e.Details[name])
	}
	return strings.Join(parts, ", ")
}

// day is what a field for a day holds; what is none is left out, as browsers would, which
// complain of it besides.
func (p AdminLog) day(field string) string {
	text := p.Filter.Get(field)
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return ""
	}
	return text
}
