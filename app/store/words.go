package store

import (
	"database/sql"
	"fmt"
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
// too short for it. What it finds has to be compared; so of a word as many grams are asked
// for as cover it, and no more: each costs a walk through all names that hold it.
func nameQuery(words []string) string {
	var grams []string
	for _, w := range words {
		r := []rune(w)
		for i := 0; len(r) >= gram && i < len(r); i += gram {
			at := min(i, len(r)-gram)
			grams = append(grams, quoted(string(r[at:at+gram])))
		}
	}
	return strings.Join(grams, " AND ")
}

// textQuery asks an index of texts for those that have all words, and for those in which
// words only begin so, which is slower: all that begins so has to be put together first.
// The first is "" if there is no letter or digit to look for, the second also if the words
// are single letters of an alphabet, with which about everything begins.
func textQuery(words []string) (whole, begun string) {
	var terms, beginnings []string
	short := true
	for _, w := range words {
		for _, term := range strings.FieldsFunc(w, func(r rune) bool { return !inWord(r) }) {
			terms = append(terms, quoted(term))
			if len(term) == 1 {
				beginnings = append(beginnings, quoted(term))
				continue
			}
			short = false
			beginnings = append(beginnings, quoted(term)+"*")
		}
	}
	whole = strings.Join(terms, " AND ")
	if short {
		return whole, ""
	}
	return whole, "(" + strings.Join(beginnings, " AND ") + ") NOT (" + whole + ")"
}

// inWord tells what the tokenizer of the index of texts takes for a part of a word. Anything
// else must not be in a term, which would then be two terms, and this index knows no phrases.
// Letters that were still marks in its older edition of Unicode are no part of a word.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)) &&
		!unicode.Is(unicode.New_Tai_Lue, r) && r != '\u1cf2' && r != '\u1cf3'
}

// quoted writes a string of a full-text query.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// patterns gives words as the parameters :w0, :w1 and so on of everyWord and anyWord, and
// :begins: a word is anywhere in a name or, if all are shorter than the index knows, at
// the beginning of a thing's own name.
func patterns(words []string) []any {
	begins := nameQuery(words) == ""
	args := []any{sql.Named("begins", begins)}
	for i, w := range words {
		p := likePattern(w)
		if begins {
			p = p[1:]
		}
		args = append(args, sql.Named(fmt.Sprintf("w%d", i), p))
	}
	return args
}

// everyWord is the condition that n words are in a text. The first that is missing ends the
// comparison. There is one query for each number of words, of which there are few, so that
// nothing is compared that nobody asked for.
func everyWord(n int, text string) string {
	condition := "1"
	for i := range n {
		condition += fmt.Sprintf(` AND %s LIKE :w%d ESCAPE '\'`, text, i)
	}
	return condition
}

// anyWord is the condition that one of n words, if there is any, is in a text.
func anyWord(n int, text string) string {
	if n == 0 {
		return "1"
	}
	condition := "0"
	for i := range n {
		condition += fmt.Sprintf(` OR %s LIKE :w%d ESCAPE '\'`, text, i)
	}
	return "(" + condition + ")"
}

// likePattern makes a LIKE pattern that finds a text anywhere.
func likePattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}
