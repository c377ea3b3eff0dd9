package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a search: further words, and further letters of one, count no more.
const (
	maxWords  = 12
	maxLetter = 64 // runes of a word
)

// gram is how many letters the index of names is made of.
const gram = 3

// Words gives the words that somebody searches for, in small letters. A name counts as
// its parts.
func Words(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '/' || r == ':' || r == utf8.RuneError
	})
	words = words[:min(len(words), maxWords)]
	for i, w := range words {
		if r := []rune(w); len(r) > maxLetter {
			words[i] = string(r[:maxLetter])
		}
	}
	return words
}

// nameQuery asks an index of names for those that may hold all words; "" if all words are
// too short for it. What it finds has to be compared.
func nameQuery(words []string) string {
	var grams []string
	for _, w := range words {
		r := []rune(w)
		for i := 0; i+gram <= len(r); i++ {
			grams = append(grams, quoted(string(r[i:i+gram])))
		}
	}
	return strings.Join(grams, " AND ")
}

// textQuery asks an index of texts for those in which words begin so; "" if there is no
// letter or digit to look for.
func textQuery(words []string) string {
	var terms []string
	for _, w := range words {
		for _, term := range strings.FieldsFunc(w, func(r rune) bool { return !inWord(r) }) {
			terms = append(terms, quoted(term)+"*")
		}
	}
	return strings.Join(terms, " AND ")
}

// inWord tells what the tokenizer of the index of texts takes for a part of a word. What
// it does not, must not be in a term: it would be two, and this index knows no phrases.
// Letters that were marks in its older edition of Unicode it does not.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)) &&
		!unicode.Is(unicode.New_Tai_Lue, r) && r != '\u1cf2' && r != '\u1cf3'
}

// quoted writes a string of a full-text query.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// patterns are the LIKE patterns of words: anywhere in a name or, if all are shorter than
// the index knows, at the beginning of a thing's own name.
func patterns(words []string) (list []string, begin bool) {
	begin = nameQuery(words) == ""
	for _, w := range words {
		p := likePattern(w)
		if begin {
			p = p[1:]
		}
		list = append(list, p)
	}
	return list, begin
}
