package model

import "time"

// SettingKind is the form of a setting's value.
type SettingKind string

// The kinds of setting.
const (
	Switch   SettingKind = "switch"   // true or false
	Duration SettingKind = "duration" // as ParseSpan takes it
	Word     SettingKind = "word"     // a line of text, or one of Choices
	Prose    SettingKind = "prose"    // some lines of text
	Number   SettingKind = "number"
)

// Setting is one of the registry's that may change while it runs.
type Setting struct {
	Name    string // "user-collections"
	Help    string
	Kind    SettingKind
	Choices []string // the only values; nil is any
	Value   string   // in force
	Default string   // of the program
	// Fixed is where the value was given at the start, such as "the flag --grace"; such a
	// setting does not change. Empty for one that may.
	Fixed string
	// Changed and ChangedBy tell of the present value, if it was chosen while the
	// registry ran; ChangedBy is empty for the console, or if the account is gone.
	Changed   time.Time
	ChangedBy string
}
