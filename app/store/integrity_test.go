package store_test

import (
	"strings"
	"testing"

	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// damage is what a database says of itself.
func damage(t *testing.T, db *store.DB) (wrong []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		wrong, err = tx.Integrity(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func TestDamageIsFoundInRowsIndexesAndPages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"DELETE FROM search_labels": "", // an index may lack something; then less is found
		"DELETE FROM search_containers_data WHERE id > 1000":              "search_containers",
		"PRAGMA foreign_keys = 0; DELETE FROM collections":                "A row of containers names one of collections",
		"PRAGMA ignore_check_constraints = 1; UPDATE tags SET frozen = 7": "CHECK constraint failed in tags",
		`PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE name = 'containers_by_pulls'; PRAGMA writable_schema = RESET;
		 CREATE INDEX containers_by_pulls ON containers (pulls) WHERE pulls > 0`: "never used",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			storetest.Fill(t, dir, storetest.Crowd{Collections: 10, Images: 100, Seed: 1})
			if err := store.Script(t.Context(), dir, text); err != nil {
				t.Fatal(err)
			}
			wrong := damage(t, storetest.In(t, dir))
			if got := strings.Join(wrong, "\n"); !strings.Contains(got, want) || (want == "") != (got == "") {
				t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
			}
		})
	}
}
