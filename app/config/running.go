package config

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// The limits of texts on pages, in characters.
const (
	maxName    = 100
	maxWelcome = 2000
)

// running are the settings that can change while the server runs. All others are needed
// before the database is open or by what is opened once, or name files of the server's
// machine, which a web page should not choose.
var running = []struct {
	name    string
	kind    model.SettingKind
	choices []string
}{
	{"name", model.Word, nil},
	{"welcome", model.Prose, nil},
	{"sign-in", model.Switch, nil},
	{"user-collections", model.Switch, nil},
	{"add-keys", model.Word, []string{Users, Admins}},
	{"grace", model.Duration, nil},
	{"upload-life", model.Duration, nil},
	{"user-quota", model.Word, nil},
	{"audit-retention", model.Duration, nil},
	{"backup-every", model.Duration, nil},
	{"backup-keep", model.Number, nil},
	{"scrub-every", model.Duration, nil},
	{"scrub-rate", model.Number, nil},
}

// WithStored gives the settings in force where the database stores some, by name. A value
// given at the start overrides a stored one, and that the default. Errors: Invalid for a value
// that is not valid, for an unknown name, and for a setting that only a restart can change.
func (c *Config) WithStored(stored map[string]string) (*Config, error) {
	const op = "config.WithStored"
	now := *c
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	now.Flags(f)
	for name, value := range stored {
		if !changes(name) {
			return nil, errs.E(op, errs.Invalid, "%q is not a setting that can change while the server runs. Run \"sregistry config show\" for the list.", errs.Clip(name))
		}
		if c.given[name] != "" {
			continue
		}
		if f.Set(name, strings.TrimSpace(value)) != nil {
			return nil, errs.E(op, errs.Invalid, "%q is not valid for %s. %s", errs.Clip(value), name, expected(f.Lookup(name)))
		}
	}
	return &now, errs.Wrap(op, now.Validate())
}

// Running describes the settings that can change while the server runs, with the values in
// force.
func (c *Config) Running() []model.Setting {
	now, initial := *c, New()
	present, defaults := pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	now.Flags(present)
	initial.Flags(defaults)
	var list []model.Setting
	for _, r := range running {
		s := model.Setting{Name: r.name, Kind: r.kind, Choices: r.choices, Fixed: c.given[r.name],
			Help: Description(present.Lookup(r.name)), Value: present.Lookup(r.name).Value.String(), Default: defaults.Lookup(r.name).Value.String()}
		list = append(list, s)
	}
	return list
}

// changes reports whether a setting can change while the server runs.
func changes(name string) bool {
	for _, r := range running {
		if r.name == name {
			return true
		}
	}
	return false
}

// note records where a setting was given at the start.
func (c *Config) note(name, source string) {
	if c.given == nil {
		c.given = map[string]string{}
	}
	c.given[name] = source
}

// validateTexts refuses texts that pages could not show.
func (c *Config) validateTexts() error {
	const op = "config.validateTexts"
	hidden := func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	}
	switch {
	case strings.TrimSpace(c.Name) == "" || utf8.RuneCountInString(c.Name) > maxName || strings.ContainsFunc(c.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return errs.E(op, errs.Invalid, "name is %s. Use 1 to %d characters on one line.", strconv.Quote(c.Name), maxName)
	case utf8.RuneCountInString(c.Welcome) > maxWelcome:
		return errs.E(op, errs.Invalid, "welcome is too long. Use at most %d characters.", maxWelcome)
	case strings.ContainsFunc(c.Welcome, hidden):
		return errs.E(op, errs.Invalid, "welcome has invisible characters. Remove them.")
	}
	return nil
}
