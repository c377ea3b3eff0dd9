package templates

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// words writes a text with each word in an element of its own, for the style to keep
// whole. It is written by hand because templ puts white space around its loops, and what
// is copied from a <pre> must be the text and nothing else.
func words(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var page strings.Builder
		for len(text) > 0 {
			end := strings.IndexAny(text, " \n")
			if end < 0 {
				end = len(text)
			}
			if end > 0 {
				page.WriteString("<span>" + templ.EscapeString(text[:end]) + "</span>")
			}
			next := min(end+1, len(text))
			page.WriteString(text[end:next])
			text = text[next:]
		}
		_, err := io.WriteString(w, page.String())
		return err
	})
}

// marked writes a text with the words that were looked for marked in it. It is written by
// hand for the same reason as words: nothing may come between the pieces.
func marked(text string, looked []string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var page strings.Builder
		for _, p := range pieces(text, looked) {
			if p.hit {
				page.WriteString("<mark>" + templ.EscapeString(p.text) + "</mark>")
			} else {
				page.WriteString(templ.EscapeString(p.text))
			}
		}
		_, err := io.WriteString(w, page.String())
		return err
	})
}
