package markdown

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// tamer makes a text fit into a page: its headings follow those of the page and skip no
// level, its pictures are links, its boxes to tick are signs.
type tamer struct{}

// Transform is parser.ASTTransformer.
func (tamer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	const above = 2 // the level of the page's heading
	level := above
	var images []*ast.Image
	var boxes []*east.TaskCheckBox
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			level = min(n.Level+above, level+1, 6)
			n.Level = level
		case *ast.Image:
			images = append(images, n)
		case *east.TaskCheckBox:
			boxes = append(boxes, n)
		case *east.TableHeader:
			for cell := n.FirstChild(); cell != nil; cell = cell.NextSibling() {
				cell.SetAttributeString("scope", []byte("col"))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic("markdown: the walk gives no error, but: " + err.Error())
	}
	for _, n := range images {
		replaceImage(n, reader.Source())
	}
	for _, n := range boxes {
		sign := "☐"
		if n.IsChecked {
			sign = "☑"
		}
		n.Parent().ReplaceChild(n.Parent(), n, ast.NewString([]byte(sign+" ")))
	}
}

// replaceImage puts a link to a picture in its place, by what it is called; within a link,
// where no other can be, just its name.
func replaceImage(n *ast.Image, source []byte) {
	name := plain(n, source)
	if len(name) == 0 {
		name = []byte("image")
	}
	var instead ast.Node = ast.NewString(name)
	if !withinLink(n) {
		link := ast.NewLink()
		link.Destination = n.Destination
		link.AppendChild(link, instead)
		instead = link
	}
	n.Parent().ReplaceChild(n.Parent(), n, instead)
}

func withinLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

// plain is the text below a node.
func plain(n ast.Node, source []byte) []byte {
	var all []byte
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			all = append(all, child.Segment.Value(source)...)
		case *ast.String:
			all = append(all, child.Value...)
		default:
			all = append(all, plain(child, source)...)
		}
	}
	return all
}
