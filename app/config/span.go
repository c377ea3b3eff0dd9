package config

import (
	"errors"
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/model"
)

// span is a setting for a span of time, written as people do: "7d", "36h", "90s".
type span time.Duration

// spanVar binds a span of time to a set of flags.
func spanVar(f *pflag.FlagSet, at *time.Duration, name, usage string) {
	f.Var((*span)(at), name, usage)
}

// Set reads all that model.ParseSpan does.
func (s *span) Set(text string) error {
	d, err := model.ParseSpan(text)
	if err != nil {
		return errors.New(timeWanted)
	}
	*s = span(d)
	return nil
}

// String is the inverse of Set.
func (s *span) String() string { return model.FormatSpan(time.Duration(*s)) }

// Type is the word for the value in the help.
func (s *span) Type() string { return "time" }
