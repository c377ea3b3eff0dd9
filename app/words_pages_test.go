package app_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	templ "github.com/a-h/templ/parser/v2"
)

// templTexts reads the texts of a page: what an element shows as one text with {…} where a
// value is filled in, the attributes that a person reads, and the texts in its Go.
func templTexts(file string, source []byte) ([]said, error) {
	tree, err := templ.ParseString(string(source))
	if err != nil {
		return nil, err
	}
	r := pageReader{file: file}
	for _, n := range tree.Nodes {
		switch n := n.(type) {
		case *templ.HTMLTemplate:
			r.block(n.Children)
		case *templ.TemplateFileGoExpression:
			r.code("package p\n"+n.Expression.Value, n.Expression, -1)
		}
	}
	return r.found, nil
}

type pageReader struct {
	file  string
	text  strings.Builder // of the element that is being read
	at    int             // the line that it begins on
	found []said
}

// inline elements are parts of a sentence.
var inline = []string{"a", "abbr", "b", "bdi", "br", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "time", "wbr"}

// block reads the children of an element that is a text of its own.
func (r *pageReader) block(nodes []templ.Node) {
	r.end()
	r.nodes(nodes)
	r.end()
}

func (r *pageReader) end() {
	text := strings.Join(strings.Fields(r.text.String()), " ")
	if strings.ContainsAny(strings.ToLower(strings.ReplaceAll(text, "{…}", "")), "abcdefghijklmnopqrstuvwxyz") {
		r.found = append(r.found, said{r.file, r.at, "page", text})
	}
	r.text.Reset()
}

func (r *pageReader) write(text string, line uint32) {
	if strings.TrimSpace(r.text.String()) == "" {
		r.at = int(line) + 1
	}
	r.text.WriteString(text)
}

func (r *pageReader) nodes(nodes []templ.Node) {
	for _, n := range nodes {
		r.node(n)
		if w, ok := n.(templ.WhitespaceTrailer); ok && w.Trailing() != templ.SpaceNone {
			r.text.WriteString(" ")
		}
	}
}

func (r *pageReader) node(n templ.Node) {
	switch n := n.(type) {
	case *templ.Text:
		r.write(n.Value, n.Range.From.Line)
	case *templ.Whitespace:
		r.text.WriteString(" ")
	case *templ.StringExpression:
		r.write("{…}", n.Expression.Range.From.Line)
		r.expression(n.Expression)
	case *templ.Element:
		r.attributes(n.Attributes)
		if slices.Contains(inline, n.Name) {
			r.nodes(n.Children)
		} else {
			r.block(n.Children)
		}
	case *templ.TemplElementExpression:
		r.expression(n.Expression)
		if len(n.Children) > 0 {
			r.block(n.Children)
		} else {
			r.write("{…}", n.Range.From.Line)
		}
	case *templ.CallTemplateExpression:
		r.expression(n.Expression)
	case *templ.IfExpression:
		r.nodes(n.Then)
		for _, e := range n.ElseIfs {
			r.text.WriteString(" | ")
			r.nodes(e.Then)
		}
		if len(n.Else) > 0 {
			r.text.WriteString(" | ")
			r.nodes(n.Else)
		}
	case *templ.SwitchExpression:
		for _, c := range n.Cases {
			r.nodes(c.Children)
			r.text.WriteString(" | ")
		}
	case *templ.ForExpression:
		r.nodes(n.Children)
	case *templ.GoCode:
		r.code("package p\nfunc f() {\n"+n.Expression.Value+"\n}", n.Expression, -2)
	}
}

// spokenKeys are the attributes that a person reads or hears.
var spokenKeys = []string{"title", "aria-label", "aria-description", "placeholder", "alt", "content", "label", "data-confirm"}

func (r *pageReader) attributes(all []templ.Attribute) {
	for _, a := range all {
		switch a := a.(type) {
		case *templ.ConstantAttribute:
			key, ok := a.Key.(templ.ConstantAttributeKey)
			spoken := ok && (slices.Contains(spokenKeys, key.Name) || strings.HasPrefix(key.Name, "data-") && strings.Contains(a.Value, " "))
			if spoken {
				r.found = append(r.found, said{r.file, int(key.NameRange.From.Line) + 1, "attribute", a.Value})
			}
		case *templ.ExpressionAttribute:
			r.expression(a.Expression)
		case *templ.SpreadAttributes:
			r.expression(a.Expression)
		case *templ.ConditionalAttribute:
			r.attributes(a.Then)
			r.attributes(a.Else)
		}
	}
}

func (r *pageReader) expression(e templ.Expression) {
	if tree, err := parser.ParseExpr(e.Value); err == nil {
		r.goTexts(tree, func(p token.Pos) int { return int(e.Range.From.Line) + 1 })
	}
}

func (r *pageReader) code(source string, e templ.Expression, shift int) {
	fset := token.NewFileSet()
	if tree, err := parser.ParseFile(fset, "", source, 0); err == nil {
		r.goTexts(tree, func(p token.Pos) int { return int(e.Range.From.Line) + 1 + fset.Position(p).Line + shift })
	}
}

func (r *pageReader) goTexts(tree ast.Node, line func(token.Pos) int) {
	g := goReader{file: r.file, line: line}
	g.read(tree, "text")
	r.found = append(r.found, g.found...)
}

var (
	scriptComment = regexp.MustCompile(`(?m)^\s*//.*$|\s//\s.*$`)
	scriptText    = regexp.MustCompile("\"(?:[^\"\\\\\n]|\\\\.)*\"|`(?:[^`\\\\]|\\\\.)*`")
	scriptWord    = regexp.MustCompile(`^\p{Lu}\p{Ll}+[.…]?$`)
)

// scriptTexts reads the texts in a script of the site.
func scriptTexts(file string, source []byte) ([]said, error) {
	blank := func(s []byte) []byte { return []byte(strings.Repeat(" ", len(s))) }
	code := scriptComment.ReplaceAllFunc(source, blank)
	var all []said
	for _, at := range scriptText.FindAllIndex(code, -1) {
		text := string(code[at[0]+1 : at[1]-1])
		if prose.MatchString(text) || scriptWord.MatchString(text) {
			all = append(all, said{file, 1 + strings.Count(string(code[:at[0]]), "\n"), "script", text})
		}
	}
	return all, nil
}

// apiTexts reads what the description of our API says.
func apiTexts(file string, source []byte) ([]said, error) {
	var tree any
	if err := json.Unmarshal(source, &tree); err != nil {
		return nil, err
	}
	var all []said
	for i, line := range strings.Split(string(source), "\n") {
		m := apiText.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var text string
		if err := json.Unmarshal([]byte(m[1]), &text); err != nil {
			return nil, err
		}
		all = append(all, said{file, i + 1, "api", text})
	}
	return all, nil
}

var apiText = regexp.MustCompile(`"(?:description|summary|title)": *("(?:[^"\\]|\\.)*")`)

// docTexts reads a text for people by its paragraphs; commands in it are not language.
func docTexts(file string, source []byte) ([]said, error) {
	var all []said
	var text strings.Builder
	begin, code, kind := 0, false, "doc"
	if strings.Contains(file, "/adr/") {
		kind = "comment" // engineers' notes, held to their rules
	}
	end := func() {
		if strings.TrimSpace(text.String()) != "" {
			all = append(all, said{file, begin, kind, text.String()})
		}
		text.Reset()
	}
	for i, line := range strings.Split(string(source), "\n") {
		bare := strings.TrimSpace(line)
		if strings.HasPrefix(bare, "```") {
			code = !code
			end()
			continue
		}
		if code || bare == "" || strings.HasPrefix(bare, "|") || strings.HasPrefix(bare, "- ") {
			end()
		}
		if code {
			continue
		}
		if text.Len() == 0 {
			begin = i + 1
		}
		text.WriteString(line + "\n")
	}
	end()
	return all, nil
}

func TestWordsOfPages(t *testing.T) {
	t.Parallel()
	got, err := templTexts("templates/x.templ", []byte("package templates\n\ntempl x() {\n"+
		"\t@layout(p.Page, \"Settings of \"+name) {\n"+
		"\t\t<p class=\"a b\" title=\"Where you are\">Hello <strong>{ name }</strong> there,\n\t\t\tand here.</p>\n"+
		"\t\t<button>Save</button>\n\t}\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		lines = append(lines, s.String())
	}
	want := []string{"templates/x.templ:4\ttext\tSettings of …", "templates/x.templ:5\tattribute\tWhere you are",
		"templates/x.templ:5\tpage\tHello {…} there, and here.", "templates/x.templ:7\tpage\tSave"}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	scripts, _ := scriptTexts("static/js/x.js", []byte("// \"not this one\"\nsay(\"Drop files here\"); // nor \"this one\"\nok(`${n} files sent`, \"a-b\")\n"))
	if len(scripts) != 2 || scripts[0].line != 2 || scripts[1].text != "${n} files sent" {
		t.Errorf("in a script: %v", scripts)
	}
}
