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
	text := clean(b)
	bound := max(0, min(most, in.text))
	if len(text) > bound {
		text = strings.ToValidUTF8(text[:bound], "") // a character may have been cut in two
		in.note("The text of %s is cut after %d bytes.", what, len(text))
	}
	in.text -= len(text)
	return text
}

// upper gives a phrase as the beginning of a sentence.
func upper(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }
