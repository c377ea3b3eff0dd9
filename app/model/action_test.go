package model_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"sregistry/app/model"
)

// Every word that a constant has is known, so that none can be added and forgotten.
func TestEveryActionIsKnown(t *testing.T) {
	t.Parallel()
	found := 0
	for _, file := range []string{"event.go", "webhook.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.ValueSpec)
			if !ok || c.Type != nil || len(c.Values) != 1 || c.Names[0].Name == "DeniedSignIn" {
				return true
			}
			word, err := strconv.Unquote(c.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if found++; !model.IsAction(word) {
				t.Errorf("%q is not known", word)
			}
			return true
		})
	}
	if found < 50 {
		t.Errorf("only %d words were found", found)
	}
}

func TestWordsThatAreNoActions(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "delete", "pushh", "tag.", "tag.sett", ".set", "read", "sign-in"} {
		if model.IsAction(word) {
			t.Errorf("%q is taken for one", word)
		}
	}
	for _, word := range model.ActionKinds() {
		if !model.IsAction(word) {
			t.Errorf("%q is not known", word)
		}
	}
}
