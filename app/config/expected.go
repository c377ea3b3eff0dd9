package config

import "github.com/spf13/pflag"

// expectedTime is the advice for a duration.
const expectedTime = "Use a time such as 90s, 36h or 7d."

// expected tells what to write for a setting, after a value that is not valid.
func expected(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "Use true or false."
	case "time":
		return expectedTime
	case "bytes":
		return "Use a size such as 50GiB, 1.5TB or 0."
	}
	return "Use a number."
}
