package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Given is a setting that was given at the start, and where. A running server records its own,
// so that commands beside it know what it goes by: its flags and its environment are not theirs.
type Given struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Given lists what was given at the start, by name.
func (c *Config) Given() []Given {
	now := *c
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	now.Flags(f)
	list := []Given{}
	for name, source := range c.given {
		list = append(list, Given{name, text(f.Lookup(name)), source})
	}
	slices.SortFunc(list, func(a, b Given) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// text writes a setting's value so that it can be set again.
func text(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}

// Recorded gives the settings of a server that recorded what it was given. What this version
// of the program does not know, or not so, is left out: that server is of another version.
func Recorded(given []Given) *Config {
	c := New()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.Flags(f)
	for _, g := range given {
		known := f.Lookup(g.Name)
		switch {
		case known == nil:
		case known.Value.Set(g.Value) == nil:
			c.note(g.Name, g.Source)
		default: // a flag may have taken half of a bad value
			_ = known.Value.Set(known.DefValue)
		}
	}
	return c
}
