package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// report is what the page shows of the inside of an image. The core keeps more of it.
type report struct {
	Definition  string `json:"definition"`
	Runscript   string `json:"runscript"`
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
func (r report) environment() string {
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

// sortedLabels puts labels in the order of their keys.
func sortedLabels(labels map[string]string) []model.Label {
	var list []model.Label
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		list = append(list, model.Label{Key: key, Value: labels[key]})
	}
	return list
}
