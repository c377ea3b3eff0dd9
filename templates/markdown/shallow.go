package markdown

import "strings"

// maxNesting bounds the quotes and lists within each other that one line opens.
const maxNesting = 12

// shallow takes from each line the marks of quotes and lists that are beyond maxNesting.
// Nobody writes so many, and the time that the converter takes grows with the square of
// them.
func shallow(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	for line := range strings.Lines(text) {
		at, marks := 0, 0
		for at < len(line) {
			n := mark(line[at:])
			if n == 0 {
				break
			}
			if at += n; line[at-1] == ' ' {
				continue
			}
			if marks++; marks == maxNesting {
				out.WriteString(line[:at])
				line, at = line[at:], 0
				line = strings.TrimLeft(line, "> \t-+*.)0123456789")
				if line == "" {
					line = "\n"
				}
				break
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

// mark gives the length of a blank or of the mark of a quote or list that a text begins
// with, 0 if there is none.
func mark(text string) int {
	switch text[0] {
	case ' ', '\t', '>', '-', '+', '*':
		return 1
	}
	digits := 0
	for digits < len(text) && digits < 9 && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	if digits > 0 && digits < len(text) && (text[digits] == '.' || text[digits] == ')') {
		return digits + 1
	}
	return 0
}
