package sif

import (
	"encoding/json"
	"maps"
	"slices"
)

// attributes is what `apptainer inspect --json` says of an image or an app.
type attributes struct {
	Environment map[string]string `json:"environment"`
	Labels      json.RawMessage   `json:"labels"`
	Runscript   string            `json:"runscript"`
	Startscript string            `json:"startscript"`
	Test        string            `json:"test"`
	Helpfile    string            `json:"helpfile"`
}

// setInspectMetadata takes the object in which Apptainer keeps the answer of its own
// `inspect`. For an encrypted image it is all that can be known.
func (in *inspection) setInspectMetadata(b []byte) error {
	var doc struct {
		Data struct {
			Attributes struct {
				attributes
				Deffile string                `json:"deffile"`
				Apps    map[string]attributes `json:"apps"`
			} `json:"attributes"`
		} `json:"data"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	all := doc.Data.Attributes
	in.setAttributes(&in.report.Metadata, all.attributes, "the image")
	if in.report.Definition == "" {
		in.report.Definition = in.take([]byte(all.Deffile), maxText, "the definition file")
	}
	for _, key := range slices.Sorted(maps.Keys(all.Apps)) {
		app := in.app(clean([]byte(key)))
		if app == nil {
			break
		}
		in.setAttributes(&app.Metadata, all.Apps[key], "app "+app.Name)
	}
	return nil
}

// setAttributes fills m with what is not yet known.
func (in *inspection) setAttributes(m *Metadata, a attributes, of string) {
	if m.Labels == nil && a.Labels != nil && in.setLabels(m, a.Labels, of) != nil {
		in.note("The labels of %s are not a JSON object.", of)
	}
	in.fill(&m.Runscript, []byte(a.Runscript), "the runscript of "+of)
	in.fill(&m.Startscript, []byte(a.Startscript), "the startscript of "+of)
	in.fill(&m.Test, []byte(a.Test), "the test of "+of)
	in.fill(&m.Help, []byte(a.Helpfile), "the help of "+of)
	if m.Environment != nil {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(a.Environment)) {
		if !in.addScript(m, path, []byte(a.Environment[path]), of) {
			break
		}
	}
}

// fill sets a text that is not yet known.
func (in *inspection) fill(text *string, b []byte, what string) {
	if *text == "" {
		*text = in.take(b, maxText, what)
	}
}

// addScript adds an environment script; false, and a note, if there are too many.
func (in *inspection) addScript(m *Metadata, path string, b []byte, of string) bool {
	if len(m.Environment) == maxScripts {
		in.note("%s has more than %d environment scripts; the rest is left out.", upper(of), maxScripts)
		return false
	}
	path = in.take([]byte(path), maxPath, "the name of an environment script")
	m.Environment = append(m.Environment, Script{Path: path, Text: in.take(b, maxText, path)})
	return true
}

// app gives the app of a name, added if need be; nil, and a note, if there are too many or
// the name is no name.
func (in *inspection) app(name string) *App {
	for i := range in.report.Apps {
		if in.report.Apps[i].Name == name {
			return &in.report.Apps[i]
		}
	}
	if len(in.report.Apps) == maxApps || name == "" || len(name) > maxPath {
		in.note("Not all apps are listed: there are more than %d, or one has no proper name.", maxApps)
		return nil
	}
	in.report.Apps = append(in.report.Apps, App{Name: name})
	return &in.report.Apps[len(in.report.Apps)-1]
}
