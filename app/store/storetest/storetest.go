// Package storetest gives tests a database of their own, made from the schema.sql that
// ships, never a copy.
package storetest

import (
	"os"
	"path/filepath"
	"testing"

	"sregistry/app/store"
)

// Schema reads the schema.sql at the top of the tree, which it looks for above the folder
// of the package that is tested.
func Schema(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "schema.sql"))
		if err == nil {
			return string(text)
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("storetest: there is no schema.sql above this folder")
		}
		dir = above
	}
}

// New gives an empty database in a folder of its own, closed when the test ends.
func New(t testing.TB, options ...store.Option) *store.DB {
	t.Helper()
	return In(t, t.TempDir(), options...)
}

// In opens the database in a folder, or makes it there, until the test ends.
func In(t testing.TB, dir string, options ...store.Option) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, Schema(t), options...)
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
