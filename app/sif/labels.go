package sif

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// setLabels takes a JSON object as the labels of the image or an app. Values that are not
// strings, which some tools write, keep their JSON spelling.
func (in *inspection) setLabels(m *Metadata, b []byte, of string) error {
	in.text -= len(b) // parsing is what costs, however little is kept
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	labels := make(map[string]string, min(len(raw), maxLabels))
	for _, key := range slices.Sorted(maps.Keys(raw)) { // sorted, so that a cut is the same each time
		name := strings.TrimSpace(clean([]byte(key)))
		if name == "" || len(name) > maxLabelKey {
			in.note("A label of %s is left out: its name is empty or longer than %d bytes.", of, maxLabelKey)
			continue
		}
		if len(labels) == maxLabels {
			in.note("Of the %d labels of %s only the first %d are kept.", len(raw), of, maxLabels)
			break
		}
		var value string
		if json.Unmarshal(raw[key], &value) != nil {
			value = string(raw[key])
		}
		labels[name] = in.take([]byte(value), maxLabelValue, "label "+name+" of "+of)
	}
	if len(labels) > 0 {
		m.Labels = labels
	}
	return nil
}
