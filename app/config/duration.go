package config

import (
	"errors"
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/model"
)

// duration is a setting's value as people write it: "7d", "36h", "90s".
type duration time.Duration

// durationVar binds a duration to a set of flags.
func durationVar(f *pflag.FlagSet, at *time.Duration, name, usage string) {
	f.Var((*duration)(at), name, usage)
}

// Set reads everything that model.ParseSpan does.
func (d *duration) Set(text string) error {
	parsed, err := model.ParseSpan(text)
	if err != nil {
		//lint:ignore ST1005 it is the sentence that a person reads
		return errors.New(expectedTime)
	}
	*d = duration(parsed)
	return nil
}

// String is the inverse of Set.
func (d *duration) String() string { return model.FormatSpan(time.Duration(*d)) }

// Type names the value in the help.
func (d *duration) Type() string { return "time" }
