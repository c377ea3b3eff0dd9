package registry_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestNoFileInsideATransaction holds one of the laws of ARCHITECTURE.md: whatever is given a
// transaction may not come to files or the network, nor call by name a function of this
// package that does; others would wait for the disk, or for a stranger's server.
func TestNoFileInsideATransaction(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	var all []ast.Decl
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Decls...)
	}
	held := map[string]string{} // fields that hold a type of this package, by their names
	for _, d := range all {
		ast.Inspect(d, func(n ast.Node) bool {
			f, ok := n.(*ast.Field)
			if !ok {
				return true
			}
			if star, ok := f.Type.(*ast.StarExpr); ok {
				if of, ok := star.X.(*ast.Ident); ok {
					for _, name := range f.Names {
						held[name.Name] = of.Name
					}
				}
			}
			return true
		})
	}
	// The methods that come to files: directly, and then by each other.
	outside := map[string]bool{}
	for before := -1; before != len(outside); {
		before = len(outside)
		for _, d := range all {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && len(reaches(fn, fn.Body, outside, held)) > 0 {
				_, of := receiverOf(fn)
				outside[of+"."+fn.Name.Name] = true
			}
		}
	}
	if len(outside) < 10 {
		t.Fatalf("only %v come to files", slices.Sorted(maps.Keys(outside)))
	}
	for _, d := range all {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			var places []token.Pos
			switch f := n.(type) {
			case *ast.FuncDecl:
				if givenTx(f.Type) {
					places = reaches(fn, f.Body, outside, held)
				}
			case *ast.FuncLit:
				if givenTx(f.Type) {
					places = reaches(fn, f.Body, outside, held)
				}
			}
			for _, at := range places {
				t.Errorf("%s: a file or the network inside a transaction", files.Position(at))
			}
			return true
		})
	}
}

// givenTx reports whether a function has a parameter of type *store.Tx.
func givenTx(f *ast.FuncType) bool {
	return slices.ContainsFunc(f.Params.List, func(p *ast.Field) bool {
		star, ok := p.Type.(*ast.StarExpr)
		if !ok {
			return false
		}
		s, ok := star.X.(*ast.SelectorExpr)
		return ok && s.Sel.Name == "Tx"
	})
}

// receiverOf gives the name and the type of a method's receiver.
func receiverOf(fn *ast.FuncDecl) (name, of string) {
	if fn.Recv == nil || len(fn.Recv.List) == 0 || len(fn.Recv.List[0].Names) == 0 {
		return "", ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if i, ok := t.(*ast.Ident); ok {
		of = i.Name
	}
	return fn.Recv.List[0].Names[0].Name, of
}

// reaches gives the places in a part of a function where it comes to the files, the network,
// or one of the methods that do.
func reaches(fn *ast.FuncDecl, part ast.Node, outside map[string]bool, held map[string]string) (places []token.Pos) {
	self, of := receiverOf(fn)
	ast.Inspect(part, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch x := s.X.(type) {
		case *ast.SelectorExpr:
			if x.Sel.Name == "blobs" || x.Sel.Name == "courier" || outside[held[x.Sel.Name]+"."+s.Sel.Name] {
				places = append(places, s.Pos())
			}
		case *ast.Ident:
			if x.Name == self && self != "" && outside[of+"."+s.Sel.Name] {
				places = append(places, s.Pos())
			}
		}
		return true
	})
	return places
}
