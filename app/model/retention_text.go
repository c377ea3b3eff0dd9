package model

import (
	"strconv"
	"strings"
	"time"

	"sregistry/app/errs"
)

// maxKept is the longest time that a rule can name, in days.
const maxKept = 36500

// ParseRetentionRule reads a rule as people write it: "tags=nightly-*,last=7,newer=30d". Its
// times are in days, or as time.ParseDuration has them. Whether the rule can be meant it does
// not say. Errors: Invalid.
func ParseRetentionRule(text string) (RetentionRule, error) {
	const op = "model.ParseRetentionRule"
	var r RetentionRule
	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var err error
		switch key {
		case "tags":
			r.Tags = value
		case "last":
			r.Last, err = strconv.Atoi(value)
		case "newer":
			r.Newer, err = parseKept(value)
		case "pulled":
			r.Pulled, err = parseKept(value)
		default:
			return r, errs.E(op, errs.Invalid, "%q is no part of a rule; write tags=PATTERN,last=N,newer=TIME,pulled=TIME.", part)
		}
		if err != nil {
			return r, errs.E(op, errs.Invalid, "The part %q of a rule is not well made; write such as last=10 or newer=30d.", part)
		}
	}
	return r, nil
}

// parseKept reads a time such as 30d, 1.5d or 12h.
func parseKept(text string) (time.Duration, error) {
	days, ok := strings.CutSuffix(text, "d")
	if !ok {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseFloat(days, 64)
	if err == nil && !(n > 0 && n <= maxKept) {
		err = strconv.ErrRange
	}
	return time.Duration(n * 24 * float64(time.Hour)), err
}

// String writes a rule so that ParseRetentionRule reads it.
func (r RetentionRule) String() string {
	text := "tags=" + r.Tags
	if r.Last != 0 {
		text += ",last=" + strconv.Itoa(r.Last)
	}
	if r.Newer != 0 {
		text += ",newer=" + keptWords(r.Newer)
	}
	if r.Pulled != 0 {
		text += ",pulled=" + keptWords(r.Pulled)
	}
	return text
}

func keptWords(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}
