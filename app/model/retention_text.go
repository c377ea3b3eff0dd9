package model

import (
	"strconv"
	"strings"

	"sregistry/app/errs"
)

// ParseRetentionRule reads a rule as people write it: "tags=nightly-*,last=7,newer=30d". Its
// times are written as for ParseSpan. Whether the rule can be meant it does not say. Errors: Invalid.
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
			r.Newer, err = ParseSpan(value)
		case "pulled":
			r.Pulled, err = ParseSpan(value)
		default:
			return r, errs.E(op, errs.Invalid, "%q is not part of a rule; write tags=PATTERN,last=N,newer=TIME,pulled=TIME.", part)
		}
		if err != nil {
			return r, errs.E(op, errs.Invalid, "The part %q of a rule is malformed; write it like last=10 or newer=30d.", part)
		}
	}
	return r, nil
}

// String writes a rule so that ParseRetentionRule reads it.
func (r RetentionRule) String() string {
	text := "tags=" + r.Tags
	if r.Last != 0 {
		text += ",last=" + strconv.Itoa(r.Last)
	}
	if r.Newer != 0 {
		text += ",newer=" + FormatSpan(r.Newer)
	}
	if r.Pulled != 0 {
		text += ",pulled=" + FormatSpan(r.Pulled)
	}
	return text
}
