package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// goTexts reads the texts in a Go file: string literals that are prose, and comments.
func goTexts(file string, source []byte) ([]said, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	r := goReader{file: file, line: func(p token.Pos) int { return fset.Position(p).Line }}
	r.read(tree, "text")
	for _, group := range tree.Comments {
		r.found = append(r.found, said{file, r.line(group.Pos()), "comment", group.Text()})
	}
	return r.found, nil
}

// goReader gathers the texts of one piece of Go.
type goReader struct {
	file  string
	line  func(token.Pos) int
	loose bool // on pages: a single word counts when it begins like a sentence
	found []said
}

// read goes through a piece of a file; kind is what its texts are for, by what encloses it.
func (r *goReader) read(n ast.Node, kind string) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				r.read(n.Type, kind)
				return false
			}
		case *ast.KeyValueExpr:
			r.read(n.Key, kind)
			r.read(n.Value, keyKind(n.Key, kind))
			return false
		case *ast.CallExpr:
			return r.call(n, kind)
		case *ast.BinaryExpr:
			if text, ok := joined(n); ok {
				r.add(n.Pos(), kind, text)
				r.operands(n, kind)
				return false
			}
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				r.add(n.Pos(), kind, text)
			}
		}
		return true
	})
}

// operands reads what a sentence is put together from, apart from its own pieces.
func (r *goReader) operands(e ast.Expr, kind string) {
	if b, ok := e.(*ast.BinaryExpr); ok {
		r.operands(b.X, kind)
		r.operands(b.Y, kind)
		return
	}
	if _, ok := literal(e); !ok {
		r.read(e, kind)
	}
}

var helpKeys = []string{"Use", "Short", "Long", "Example", "Deprecated"}

func keyKind(key ast.Expr, kind string) string {
	id, ok := key.(*ast.Ident)
	switch {
	case ok && slices.Contains(helpKeys, id.Name):
		return "help"
	case ok && id.Name == "Help":
		return "metric"
	}
	return kind
}

var flagMethod = regexp.MustCompile(`^(String|Bool|Int|Int64|Duration|Float64|Count|StringSlice|StringArray|Text)?(Var)?P?F?$`)

// call reads a call's arguments; what they are for is told by what is called.
func (r *goReader) call(call *ast.CallExpr, kind string) bool {
	name, on := called(call)
	last := len(call.Args) - 1
	var each func(i int) string
	switch {
	case name == "panic":
		return false
	case on == "errs" || name == "UsageError":
		each = func(int) string { return "error" }
	case slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, name) && strings.HasSuffix(strings.ToLower(on), "log"):
		each = func(i int) string {
			if i == 0 {
				return "message" // of whatever length
			}
			return "log"
		}
	case (name == "Gauge" || name == "Counter") && last == 2:
		each = func(int) string { return "metric" }
	case last >= 2 && flagMethod.MatchString(name):
		each = func(i int) string {
			if i == last {
				return "flag"
			}
			return kind
		}
	default:
		return true
	}
	r.read(call.Fun, kind)
	for i, a := range call.Args {
		r.read(a, each(i))
	}
	return false
}

// called gives the name of what is called, and of what it is called on.
func called(call *ast.CallExpr) (name, on string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name, ""
	case *ast.SelectorExpr:
		switch x := f.X.(type) {
		case *ast.Ident:
			return f.Sel.Name, x.Name
		case *ast.SelectorExpr:
			return f.Sel.Name, x.Sel.Name
		}
		return f.Sel.Name, ""
	}
	return "", ""
}

// joined puts a sum of strings together; what is no literal is an ellipsis in it.
func joined(e ast.Expr) (string, bool) {
	b, ok := e.(*ast.BinaryExpr)
	if !ok {
		return literal(e)
	}
	if b.Op != token.ADD {
		return "", false
	}
	x, okX := joined(b.X)
	y, okY := joined(b.Y)
	if !okX {
		x = "…"
	}
	if !okY {
		y = "…"
	}
	return x + y, okX || okY
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

var (
	prose   = regexp.MustCompile(`\pL[\pL\d'’,;:.%)"]* [(%"‘“]?[\pL\d]`)
	capital = regexp.MustCompile(`^\p{Lu}[\pL’' -]+[.?!…]?$`)
	sql     = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|WHERE|FROM|AND|ORDER BY|PRAGMA|JOIN|EXISTS|SET|LIMIT|CASE|UNION|VACUUM|MATCH|NULL)\b`)
)

// add keeps a text if a person reads it.
func (r *goReader) add(at token.Pos, kind, text string) {
	switch {
	case strings.HasPrefix(r.file, "app/store/") && sql.MatchString(text):
		return
	case kind == "help", kind == "flag", kind == "metric" && strings.Contains(text, " "):
	case kind == "message", prose.MatchString(text):
	case (r.loose || strings.HasPrefix(r.file, "templates/")) && capital.MatchString(text):
	default:
		return
	}
	r.found = append(r.found, said{r.file, r.line(at), strings.Replace(kind, "message", "log", 1), text})
}

func TestWordsOfGo(t *testing.T) {
	t.Parallel()
	got, err := goTexts("app/x.go", []byte(`package x
import "a b c"
// A comment.
var cmd = cobra.Command{Use: "push FILE", Short: "Push a file"}
func f() {
	flags.StringVar(&x, "name", "", "the name")
	log.Info("listening", "address", a)
	m.Gauge("blobs", "Blobs recorded.", f)
	return errs.E("x.f", errs.Invalid, "The name "+name+" is "+
		"taken.")
}
type T struct { A string `+"`json:\"a b\"`"+` }
`))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got {
		lines = append(lines, s.String())
	}
	want := []string{"app/x.go:4\thelp\tpush FILE", "app/x.go:4\thelp\tPush a file", "app/x.go:6\tflag\tthe name", "app/x.go:7\tlog\tlistening",
		"app/x.go:8\tmetric\tBlobs recorded.", "app/x.go:9\terror\tThe name … is taken.", "app/x.go:3\tcomment\tA comment."}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}
