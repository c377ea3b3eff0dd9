package store_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/errs"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// released makes a folder as a program left it whose schema was a number, with rows in every
// table that a later step might rebuild.
func released(t testing.TB, number int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	names := []string{fmt.Sprintf("schema-%d.sql", number)}
	for n := range number {
		names = append(names, fmt.Sprintf("rows-%d.sql", n+1))
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Script(t.Context(), dir, string(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SetVersion(t.Context(), dir, number); err != nil {
		t.Fatal(err)
	}
	return dir
}

func firstRelease(t testing.TB) (dir string) { return released(t, 1) }

// rows gives every row of the first release's tables, by its columns.
func rows(t testing.TB, dir string) map[string][]string { t.Helper(); return rowsOf(t, dir, 1) }

// rowsOf is rows for the tables of another version.
func rowsOf(t testing.TB, dir string, number int) map[string][]string {
	t.Helper()
	all, err := store.Dump(t.Context(), dir, fmt.Sprintf("testdata/schema-%d.sql", number))
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(all, func(table string, _ []string) bool { return strings.HasPrefix(table, "search_") }) // made of the others
	return all
}

func TestStepsLeadToTheSchemaAndKeepEveryRow(t *testing.T) {
	t.Parallel()
	for number := 1; number < store.CurrentVersion(); number++ {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			stepsLead(t, number)
		})
	}
}

func stepsLead(t *testing.T, number int) {
	dir := released(t, number)
	before := rowsOf(t, dir, number)
	for table, list := range before {
		if len(list) == 0 {
			t.Errorf("the rows of version %d have none for %s, so nothing is proved of it", number, table)
		}
	}
	done, err := store.Upgrade(t.Context(), dir, storetest.Schema(t)) // compares the tables itself
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, rowsOf(t, dir, number)); diff != "" {
		t.Error(diff)
	}
	db, err := store.Open(t.Context(), dir, storetest.Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var wrong []string
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		if wrong, err = tx.Integrity(t.Context()); err != nil {
			return err
		}
		miscounted, err := tx.Miscounted(t.Context()) // what a step counts, it counts right
		wrong = append(wrong, miscounted...)
		return err
	}); err != nil || len(wrong) > 0 {
		t.Error(wrong, err)
	}
	old := t.TempDir()
	if err := os.Rename(done.Snapshot, filepath.Join(old, store.FileName)); err != nil {
		t.Fatal(err)
	}
	if n, err := store.Version(t.Context(), old); n != number || err != nil {
		t.Errorf("the snapshot has schema %d: %v", n, err)
	}
	if diff := cmp.Diff(before, rowsOf(t, old, number)); diff != "" {
		t.Errorf("the snapshot: %s", diff)
	}
}

// Steps that forget something, such as an index or a check, must not pass.
func TestStepsThatMissTheSchemaAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) string{
		"a column": func(s string) string {
			return strings.Replace(s, "user_agent    TEXT", "more TEXT, user_agent TEXT", 1)
		},
		"a check": func(s string) string {
			return strings.Replace(s, "CHECK (frozen IN (0, 1))", "CHECK (frozen IN (0, 2))", 1)
		},
		"an index":  func(s string) string { return s + "CREATE INDEX users_by_age ON users (created_at);" },
		"a view":    func(s string) string { return strings.Replace(s, "SELECT c.id, u.id, 2", "SELECT c.id, u.id, 1", 1) },
		"a trigger": func(s string) string { return s + "CREATE TRIGGER t AFTER DELETE ON users BEGIN SELECT 1; END;" },
		"a key": func(s string) string {
			return strings.Replace(s, "REFERENCES users (id) ON DELETE CASCADE", "REFERENCES users (id)", 1)
		},
		"strictness": func(s string) string { return strings.Replace(s, ") STRICT;", ");", 1) },
	} {
		dir := firstRelease(t)
		schema := change(storetest.Schema(t))
		if schema == storetest.Schema(t) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := store.Upgrade(t.Context(), dir, schema); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if n, err := store.Version(t.Context(), dir); n != store.CurrentVersion()-1 || err != nil {
			t.Errorf("%s: after a failed step the schema is %d: %v", name, n, err)
		}
	}
}

func TestFilesOfOtherVersionsAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	schema := storetest.Schema(t)
	for name, c := range map[string]struct {
		make func(ctx context.Context, dir string) error
		want string
	}{
		"newer": {func(ctx context.Context, dir string) error {
			return store.Script(ctx, dir, schema+"PRAGMA user_version = 99;")
		}, "newer sregistry"},
		"without a version": {func(ctx context.Context, dir string) error { return store.Script(ctx, dir, schema) }, "unfinished sregistry"},
		"another program's": {func(ctx context.Context, dir string) error { return store.Script(ctx, dir, "CREATE TABLE x (y)") }, "another program"},
		"right by accident": {func(ctx context.Context, dir string) error {
			return store.Script(ctx, dir, fmt.Sprintf("CREATE TABLE x (y); PRAGMA user_version = %d", store.CurrentVersion()))
		}, "changed by hand"},
	} {
		dir := t.TempDir()
		if err := c.make(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		_, err := store.Upgrade(t.Context(), dir, schema)
		if err == nil {
			_, err = store.Open(t.Context(), dir, schema)
		}
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOldSnapshotsGo(t *testing.T) {
	t.Parallel()
	dir := firstRelease(t)
	folder := filepath.Join(dir, store.SnapshotFolder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("schema-0000-2026010%dT000000.000Z.db", n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Upgrade(t.Context(), dir, storetest.Schema(t)); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) != 3 || !strings.Contains(left[2], "schema-0001-") {
		t.Errorf("left: %v, %v", left, err)
	}
	if info, err := os.Stat(left[2]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestUpgradeWithoutRoomForItsSnapshotChangesNothing(t *testing.T) {
	t.Parallel()
	dir := firstRelease(t)
	before := rows(t, dir)
	if err := os.WriteFile(filepath.Join(dir, store.SnapshotFolder), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Upgrade(t.Context(), dir, storetest.Schema(t))
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(errs.Message(err), "nothing was changed") {
		t.Error(err)
	}
	if n, err := store.Version(t.Context(), dir); n != 1 || err != nil {
		t.Errorf("the schema is %d: %v", n, err)
	}
	if diff := cmp.Diff(before, rows(t, dir)); diff != "" {
		t.Error(diff)
	}
}
