package config

import "github.com/spf13/pflag"

// timeWanted is the advice for a span of time.
const timeWanted = "write a time like 90s, 36h or 7d"

// wanted says what to write for a setting, after a value that it cannot have. A size says
// that itself.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "write true or false"
	case "time":
		return timeWanted
	}
	return "write a number"
}
