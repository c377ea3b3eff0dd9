package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
)

func TestScopeNamesReadBack(t *testing.T) {
	t.Parallel()
	for s := model.Scope(0); s <= model.ScopeAll; s++ {
		var back model.Scope
		for _, name := range s.Names() {
			one, ok := model.ParseScope(name)
			if !ok {
				t.Errorf("%q names no scope", name)
			}
			back |= one
		}
		if back != s {
			t.Errorf("%v came back as %04b, want %04b", s.Names(), back, s)
		}
	}
	if diff := cmp.Diff([]string{"read", "write", "delete", "manage"}, model.ScopeAll.Names()); diff != "" {
		t.Error(diff)
	}
	if _, ok := model.ParseScope("admin"); ok {
		t.Error("there is a scope admin")
	}
}
