package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/model"
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

func TestBrokenConnectionIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	if err := db.Break(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.RecordTask(t.Context(), "x", true, "") }); err != nil {
		t.Error(err)
	}
}

func TestFullDiskIsSaidAndLosesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := storetest.New(t)
	add := func(n int) error {
		return db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.AddUser(ctx, fmt.Sprintf("user-%d-%s", n, strings.Repeat("x", 100)), model.Person, "", false)
			return err
		})
	}
	if err := db.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	added := 0
	var full error
	for ; full == nil && added < 10_000; added++ {
		full = add(added)
	}
	if !errs.Is(full, errs.NoSpace) || !strings.Contains(errs.Message(full), "full") {
		t.Fatalf("after %d users: %v", added, full)
	}
	count := func() (n int) {
		if err := db.View(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.CountUsers(ctx)
			return err
		}); err != nil {
			t.Fatalf("reading a full database: %v", err)
		}
		return n
	}
	if n := count(); n != added-1 {
		t.Errorf("%d users, %d were acknowledged", n, added-1)
	}
	if err := db.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if err := add(added); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if n := count(); n != added {
		t.Errorf("%d users, %d were acknowledged", n, added)
	}
}
