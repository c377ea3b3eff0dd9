package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPagesReadOnce holds that what a page shows is read by one call: then it is of one
// moment, and permission for it is asked once.
func TestPagesReadOnce(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	methods := map[string]*ast.FuncDecl{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				methods[fn.Name.Name] = fn
			}
		}
	}
	for page, want := range map[string]string{"home": "Home", "image": "ImagePage", "container": "ContainerPage", "collection": "CollectionPage",
		"settingsOf": "CollectionSettings", "showTeam": "TeamPage", "showAccount": "Account", "admin": "Overview"} {
		if got := coreCalls(methods, page, nil); !slices.Equal(got, []string{want}) {
			t.Errorf("the page %s calls the core by %v, not once by %s", page, got, want)
		}
	}
}

// coreCalls gives the calls of registry and identity that a method of Site makes, itself or by
// others of Site; what is no reading is left out.
func coreCalls(methods map[string]*ast.FuncDecl, name string, above []string) (calls []string) {
	fn := methods[name]
	if fn == nil || slices.Contains(above, name) {
		return nil
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch x := s.X.(type) {
		case *ast.Ident:
			if x.Name == "s" {
				calls = append(calls, coreCalls(methods, s.Sel.Name, append(above, name))...)
			}
		case *ast.SelectorExpr:
			held := x.Sel.Name == "registry" || x.Sel.Name == "identity"
			if held && !slices.Contains([]string{"Settings", "Flashes", "Header"}, s.Sel.Name) {
				calls = append(calls, s.Sel.Name)
			}
		}
		return true
	})
	return calls
}
