package model

import (
	"strconv"
	"strings"
	"time"

	"sregistry/app/errs"
)

const day = 24 * time.Hour

// maxSpan is the longest span of time that can be written.
const maxSpan = 36500 * day

// ParseSpan reads a span of time as people write it: in days, "30d" or "1.5d", or as
// time.ParseDuration has it. It is a second at least, and a hundred years at most. Errors:
// Invalid.
func ParseSpan(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n float64
		n, err = strconv.ParseFloat(days, 64)
		// What is out of bounds, or no number, has no meaning as a duration.
		if !(n > 0 && n <= maxSpan.Hours()/24) {
			n = 0
		}
		d = time.Duration(n * float64(day))
	}
	if err != nil || d < time.Second || d > maxSpan {
		return 0, errs.E("model.ParseSpan", errs.Invalid, "%.20q is not a span of time; write one like 90m, 72h or 30d.", text)
	}
	return d, nil
}

// FormatSpan writes a span so that ParseSpan reads it: in days if it is whole days.
func FormatSpan(d time.Duration) string {
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}
