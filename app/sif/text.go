package sif

import (
	"strings"
	"unicode"
)

// clean makes bytes from the file safe to store and to show: valid UTF-8 without control
// characters, except for the line ends and tabs that a text has.
func clean(b []byte) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(b), "\uFFFD"))
}

// take is clean within the bounds of one text, and of all texts together; what is called
// in the note that tells of a cut.
func (in *inspection) take(b []byte, most int, what string) string {
	if len(b) == 0 || in.full() {
		return ""
	}
	text := clean(b)
	if bound := min(most, in.text); len(text) > bound {
		text = strings.ToValidUTF8(text[:bound], "") // a character may have been cut in two
		in.note("The text of %s is cut after %d bytes.", what, len(text))
	}
	in.text -= len(text)
	return text
}

// full reports whether there is no room left for text, and notes it once. Whoever is about
// to read a text asks first, so that no more work is done than the report can hold.
func (in *inspection) full() bool {
	if in.text > 0 {
		return false
	}
	if !in.noted {
		in.note("The image has more than %d bytes of text; the rest is left out.", maxAllText)
		in.noted = true
	}
	return true
}

// upper gives a phrase as the beginning of a sentence.
func upper(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }
