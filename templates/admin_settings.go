package templates

import (
	"strings"

	"sregistry/app/model"
)

// AdminSettings shows the settings that may change while the registry runs.
//
// The page is GET /admin/settings. The form is POST /admin/settings with a field for
// each setting that is not fixed, by its name; a switch has the value true or false.
type AdminSettings struct {
	Page
	Settings []model.Setting
	// Typed are the values that come back with problems, by name.
	Typed map[string]string
	// Problems are about the form as a whole.
	Problems Problems
}

// value is what the form shows of a setting.
func (p AdminSettings) value(s model.Setting) string {
	if typed, ok := p.Typed[s.Name]; ok {
		return typed
	}
	return s.Value
}

// shownDefault is a setting's default as the hint tells it.
func shownDefault(s model.Setting) string {
	switch {
	case s.Default == "":
		return "empty"
	case s.Kind == model.Switch && s.Default == "true":
		return "yes"
	case s.Kind == model.Switch:
		return "no"
	}
	return s.Default
}

// sentence makes one of a setting's help, which begins small in a list of flags.
func sentence(help string) string {
	if help == "" {
		return ""
	}
	return strings.ToUpper(help[:1]) + strings.TrimSuffix(help[1:], ".") + "."
}
