// Package markdown makes HTML of what people write in Markdown, as GitHub has it. It is
// the one place where text of the outside becomes markup, and is made so twice over: what
// is HTML in the text is left out (goldmark without its "unsafe"), and of what comes out
// only the elements of a policy for strangers' words stay (bluemonday's UGC policy).
//
// It knows nothing of pages. Entry point: Render. Two traps: the pages' policy lets no
// browser ask another host for anything, so that pictures become links to them; and the
// text stands below a heading of level 2, so that its own headings begin at level 3.
package markdown

import (
	"bytes"
	"html"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// converter and policy cost a moment to make, and are safe for use by many goroutines.
var (
	converter = sync.OnceValue(newConverter)
	policy    = sync.OnceValue(newPolicy)
)

// maxLinks bounds the links of a text that is converted: for each that is not ended, the
// converter reads all that follows.
const maxLinks = 2000

// HTML is markup that is safe to stand in a page; nothing but Render makes it.
type HTML string

// Render gives the HTML of a text. It is whole and safe, whatever the text is; one with
// too many links stays as it was written.
func Render(text string) (HTML, error) {
	if strings.Count(text, "](") > maxLinks {
		return HTML("<pre>" + html.EscapeString(text) + "</pre>"), nil
	}
	var out bytes.Buffer
	if err := converter().Convert([]byte(shallow(text)), &out); err != nil {
		return "", err
	}
	return HTML(policy().SanitizeReader(&out).String()), nil
}

func newConverter() goldmark.Markdown {
	const last = 1000 // after all that the library itself does to the tree
	return goldmark.New(
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough, extension.Linkify, extension.TaskList),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(tamer{}, last))),
	)
}

// newPolicy allows what Markdown can say, and no more: no picture, no form, no id, no
// style.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(bluemonday.CellAlign).OnElements("th", "td")
	p.AllowAttrs("scope").Matching(bluemonday.Paragraph).OnElements("th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowStandardURLs()
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
}
