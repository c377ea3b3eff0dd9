// Package storetest gives tests a database of their own, made from the schema.sql that
// ships, never a copy.
package storetest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"sregistry/app/store"
)

// Schema reads the schema.sql at the top of the tree.
func Schema(t testing.TB) string {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("storetest: where am I?")
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "..", "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// New gives an empty database in a folder of its own, closed when the test ends.
func New(t testing.TB, options ...store.Option) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), Schema(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
