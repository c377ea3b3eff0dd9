package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// report is what the page shows of the inside of an image. The core keeps more of it.
type report struct {
	Created     time.Time `json:"created"`
	Compression string    `json:"compression"`
	Definition  string    `json:"definition"`
	Notes       []string  `json:"notes"`
	inside
	Apps []struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
		inside
	} `json:"apps"`
}

// inside is what is written in an image, or in one app of it.
type inside struct {
	Runscript   string `json:"runscript"`
	Startscript string `json:"startscript"`
	Test        string `json:"test"`
	Help        string `json:"help"`
	Environment []struct {
		Path string `json:"path"`
		Text string `json:"text"`
	} `json:"environment"`
}

// readReport reads what the core found in an image; nothing for one it did not look into.
func readReport(text []byte) (report, error) {
	var r report
	if text == nil {
		return r, nil
	}
	return r, errs.Wrap("web.readReport", json.Unmarshal(text, &r))
}

// environment is one text of all scripts that set the environment, in the order they run,
// each under its path as it would be in a listing.
func (r inside) environment() string {
	var all strings.Builder
	for _, script := range r.Environment {
		if strings.TrimSpace(script.Text) == "" {
			continue
		}
		if all.Len() > 0 {
			all.WriteString("\n")
		}
		all.WriteString("# " + script.Path + "\n" + strings.TrimRight(script.Text, "\n") + "\n")
	}
	return all.String()
}

// shown is what a page shows of it.
func (r inside) shown() templates.Inside {
	return templates.Inside{Runscript: r.Runscript, Startscript: r.Startscript, Test: r.Test, Help: r.Help, Environment: r.environment()}
}

// apps are those of the image, in their order, as far as a page has room for them.
func (r report) apps(e *excerpt) []templates.App {
	var list []templates.App
	for _, app := range r.Apps {
		list = append(list, templates.App{Name: app.Name, Labels: e.labels(sortedLabels(app.Labels)),
			Inside: e.inside(app.shown(), func(templates.Download) templates.Download { return wholeReport })})
	}
	return list
}

// sortedLabels puts labels in the order of their keys.
func sortedLabels(labels map[string]string) []model.Label {
	var list []model.Label
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		list = append(list, model.Label{Key: key, Value: labels[key]})
	}
	return list
}
