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
// time.ParseDuration has it. It is a hundred years at most. Errors: Invalid.
func ParseSpan(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n float64
		n, err = strconv.ParseFloat(days, 64)
		if most := maxSpan.Hours() / 24; !(-most <= n && n <= most) {
			return 0, notASpan(text) // before it overflows
		}
		d = time.Duration(n * float64(day))
	}
	if err != nil || d.Abs() > maxSpan {
		return 0, notASpan(text)
	}
	return d, nil
}

func notASpan(text string) error {
	return errs.E("model.ParseSpan", errs.Invalid, "%.20q is not a span of time; write one like 90m, 72h or 30d.", text)
}

// FormatSpan writes a span so that ParseSpan reads it, as short as it can be: "30d", "36h",
// "1h30m", "0".
func FormatSpan(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := d.String()
	for _, end := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, end) {
			text = text[:len(text)-2]
		}
	}
	return text
}
