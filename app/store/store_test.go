package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

func TestOpensAgainAndRefusesANewerFile(t *testing.T) {
	t.Parallel()
	dir, schema := t.TempDir(), storetest.Schema(t)
	for range 2 {
		db, err := store.Open(t.Context(), dir, schema)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SetVersion(t.Context(), dir, 99); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), dir, schema); !errs.Is(err, errs.Invalid) {
		t.Fatalf("opening a newer file: %v", err)
	}
}

func TestFailedUpdateChangesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	boom := errors.New("boom")
	add := func(tx *store.Tx) error {
		return tx.Exec(t.Context(), "INSERT INTO names (name, kind) VALUES ('x', 'user')")
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return errors.Join(add(tx), boom) }); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), add); err != nil {
		t.Fatalf("the failed update left its row: %v", err)
	}
	if err := db.Update(t.Context(), add); !errs.Is(err, errs.Conflict) {
		t.Fatalf("a name taken twice: %v", err)
	}
}

func TestCanceledCallersGiveTheirConnectionBack(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			db.Update(ctx, func(tx *store.Tx) error { return nil })
			db.View(ctx, func(tx *store.Tx) error { return nil })
		})
	}
	wg.Wait()
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
