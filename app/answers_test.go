package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// heldByHand are the places where a door reads or writes by itself what httpx would take from
// the budget of the memory, and why it may.
var heldByHand = map[string]string{
	"app/proto/hub/form.go: io.ReadAll":  "all fields of a form together are bounded by maxFields",
	"app/web/upload_form.go: io.ReadAll": "a field of the form is bounded by maxFormField",
}

// unbudgeted are the calls by which a body or an answer would be held whole, past the budget:
// by the method of echo's context or of a request, or by the function of a package.
var unbudgeted = []string{"JSON", "JSONBlob", "JSONPretty", "JSONP", "JSONPBlob", "XML", "XMLBlob", "XMLPretty", "HTML", "HTMLBlob", "String", "Blob", "Stream",
	"Bind", "FormValue", "FormParams", "ParseForm", "ParseMultipartForm", "PostFormValue", "MultipartForm"}

// TestDoorsHoldNothingPastTheBudget holds all doors to the functions of httpx that read bodies
// and write answers, which count what they hold.
func TestDoorsHoldNothingPastTheBudget(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"proto/*/*.go", "web/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 100 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			name := s.Sel.Name
			switch x := s.X.(type) {
			case *ast.Ident:
				whole := x.Name + "." + name
				isContext := (x.Name == "c" || x.Name == "r") && slices.Contains(unbudgeted, name) && (name != "String" || len(call.Args) > 0)
				if !isContext && whole != "io.ReadAll" && whole != "http.MaxBytesReader" && whole != "ioutil.ReadAll" {
					return true
				}
				if _, known := heldByHand["app/"+filepath.ToSlash(file)+": "+whole]; !known {
					t.Errorf("%s: %s holds what the budget does not count; use httpx", positions.Position(s.Pos()), whole)
				}
			case *ast.CallExpr: // c.Request().ParseForm()
				if slices.Contains(unbudgeted, name) && name != "String" {
					t.Errorf("%s: %s holds what the budget does not count; use httpx", positions.Position(s.Pos()), name)
				}
			}
			return true
		})
	}
}
