package templates

import (
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// definition shows a definition file with its parts marked for the style: headers,
// sections, comments, and what is put in when it is built. Text between the marks is
// escaped like any other, so that nothing in it can become markup. It is written by hand
// because templ puts white space around its loops.
func definition(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var page strings.Builder
		for _, t := range tokens(text) {
			if t.class == "" {
				page.WriteString(templ.EscapeString(t.text))
				continue
			}
			page.WriteString(`<span class="` + t.class + `">` + templ.EscapeString(t.text) + `</span>`)
		}
		_, err := io.WriteString(w, page.String())
		return err
	})
}

// token is a piece of a definition file. All tokens together are the text.
type token struct{ class, text string }

// The classes of tokens.
const (
	sectionToken  = "def-section"  // "%post"
	headerToken   = "def-header"   // "Bootstrap:"
	commentToken  = "def-comment"  // "# …"
	argumentToken = "def-argument" // "{{ version }}"
)

var (
	headerLine   = regexp.MustCompile(`^[ \t]*[A-Za-z][A-Za-z0-9]*:`)
	sectionLine  = regexp.MustCompile(`^[ \t]*%[A-Za-z]+`)
	argumentMark = regexp.MustCompile(`\{\{[^{}\n]{0,200}\}\}`)
)

// tokens takes a definition file apart, line by line. Headers stand before the first
// section, and again where "Bootstrap:" begins a further stage.
func tokens(text string) []token {
	var list []token
	inHeader := true
	for line := range strings.Lines(text) {
		switch trimmed := strings.TrimLeft(line, " \t"); {
		case strings.HasPrefix(trimmed, "#"):
			list = append(list, token{commentToken, line})
		case sectionLine.MatchString(line):
			inHeader = false
			list = opening(list, line, sectionLine, sectionToken)
		case strings.HasPrefix(strings.ToLower(trimmed), "bootstrap:"), inHeader && headerLine.MatchString(line):
			inHeader = true
			list = opening(list, line, headerLine, headerToken)
		default:
			list = arguments(list, line)
		}
	}
	return list
}

// opening adds a line of which the beginning has a class.
func opening(list []token, line string, begins *regexp.Regexp, class string) []token {
	end := len(begins.FindString(line))
	return arguments(append(list, token{class, line[:end]}), line[end:])
}

// arguments adds a text, with what is put in when it is built.
func arguments(list []token, text string) []token {
	last := 0
	for _, at := range argumentMark.FindAllStringIndex(text, -1) {
		list = append(list, token{"", text[last:at[0]]}, token{argumentToken, text[at[0]:at[1]]})
		last = at[1]
	}
	return append(list, token{"", text[last:]})
}
