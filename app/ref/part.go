package ref

import (
	"fmt"
	"strings"

	"sregistry/app/errs"
)

// The bounds of a name, in bytes. MaxPath is the OCI clients' own limit.
const (
	MaxPart = 128
	MaxPath = 255
	MaxTag  = 128
)

// checkPart holds one part of a path to the grammar of the OCI distribution
// specification: runs of lower case letters and digits, with one ".", one or two "_",
// or any number of "-" between them.
func checkPart(op, what, part string) error {
	if part == "" {
		return errs.E(op, errs.Invalid, "%s is empty; write at least one letter or digit.", what)
	}
	if len(part) > MaxPart {
		return errs.E(op, errs.Invalid, "%s has %d characters; at most %d are allowed.", what, len(part), MaxPart)
	}
	for i, r := range part {
		if !isAlnum(r) && !isSeparator(r) {
			return errs.E(op, errs.Invalid, "%s %q has %s at character %d; use lower case letters, digits and . _ - between them.",
				what, part, show(r), i+1)
		}
	}
	for i := 0; i < len(part); {
		start := i
		for i < len(part) && isSeparator(rune(part[i])) {
			i++
		}
		run := part[start:i]
		if run != "" && (start == 0 || i == len(part)) {
			return errs.E(op, errs.Invalid, "%s %q has %q at character %d; begin and end with a letter or digit.", what, part, run, start+1)
		}
		if run != "" && run != "." && run != "_" && run != "__" && strings.Trim(run, "-") != "" {
			return errs.E(op, errs.Invalid, "%s %q has %q at character %d; put a single . _ or - between letters and digits.",
				what, part, run, start+1)
		}
		for i < len(part) && isAlnum(rune(part[i])) {
			i++
		}
	}
	return nil
}

func isAlnum(r rune) bool     { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
func isSeparator(r rune) bool { return r == '.' || r == '_' || r == '-' }

// show names a character so that a person can find it, even one that does not print.
func show(r rune) string {
	switch {
	case r == ' ':
		return "a blank"
	case r < ' ' || r > '~':
		return fmt.Sprintf("the character %U", r)
	}
	return fmt.Sprintf("%q", string(r))
}
