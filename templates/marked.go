package templates

import (
	"strings"
	"unicode/utf8"
)

// piece is a part of a text, which is what was looked for or is not.
type piece struct {
	text string
	hit  bool
}

// pieces cuts a text where words are in it; the words are in small letters.
func pieces(text string, words []string) []piece {
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // some letters change their length
		return []piece{{text: text}}
	}
	var list []piece
	for len(text) > 0 {
		at, end := firstOf(lower, words)
		if at < 0 {
			return append(list, piece{text: text})
		}
		if at > 0 {
			list = append(list, piece{text: text[:at]})
		}
		list = append(list, piece{text[at:end], true})
		text, lower = text[end:], lower[end:]
	}
	return list
}

// firstOf finds the first place where any of the words is, and the longest word there.
func firstOf(text string, words []string) (at, end int) {
	at = -1
	for _, w := range words {
		i := strings.Index(text, w)
		if w == "" || i < 0 {
			continue
		}
		if at < 0 || i < at || i == at && i+len(w) > end {
			at, end = i, i+len(w)
		}
	}
	return at, end
}

// The bounds of what is shown of a longer text.
const (
	excerptLines = 4
	excerptWidth = 160 // bytes of a line
)

// excerpt gives those lines of a text in which words are.
func excerpt(text string, words []string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		at, _ := firstOf(strings.ToLower(line), words)
		if at < 0 {
			continue
		}
		if len(line) > excerptWidth {
			line = around(line, min(at, len(line)))
		}
		if lines = append(lines, line); len(lines) == excerptLines {
			break
		}
	}
	return lines
}

// around cuts a long line down to what is about a place in it.
func around(line string, at int) string {
	from := max(0, at-excerptWidth/4)
	for from > 0 && !utf8.RuneStart(line[from]) {
		from--
	}
	to := min(len(line), from+excerptWidth)
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to--
	}
	cut := line[from:to]
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(line) {
		cut += "…"
	}
	return cut
}
