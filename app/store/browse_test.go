package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// Whatever is asked for, and whichever way it is found, a list holds what the actor may
// see of all that there is, in its order, each thing once over all pages.
func TestContainersAreListedAsTheFilterSaysAndTheActorSees(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), rand.New(rand.NewPCG(3, 4))
	db := storetest.NewCrowd(t, storetest.Crowd{Collections: 60, Images: 300, Seed: 5})
	err := db.View(ctx, func(tx *store.Tx) error {
		everybody := model.Actor{UserID: 1, Admin: true, Scope: model.ScopeAll}
		var collections []int64
		list, err := tx.Collections(ctx, everybody, false, model.Page{Limit: model.MaxLimit})
		if err != nil {
			return err
		}
		for _, c := range list {
			collections = append(collections, c.ID)
		}
		for range 150 {
			f := randomFilter(r)
			actor, signIn := randomActor(r, 20, collections), r.IntN(3) == 0
			visible := map[string]bool{}
			seen, err := tx.Collections(ctx, actor, signIn, model.Page{Limit: model.MaxLimit})
			if err != nil {
				return err
			}
			for _, c := range seen {
				visible[c.Name.Full()] = true
			}
			unfiltered := everything(t, tx, everybody, false, store.ContainerFilter{Order: f.Order})
			meant := map[string]bool{}
			for _, k := range everything(t, tx, everybody, false, f) {
				meant[k.Name.Full()] = true
			}
			var want, got []string
			for _, k := range unfiltered {
				if visible[k.Name.Collection.Full()] && meant[k.Name.Full()] {
					want = append(want, k.Name.Full())
				}
				if words := strings.Join(f.Words, " "); meant[k.Name.Full()] && words != "" && !strings.Contains(k.Name.Full(), f.Words[0]) {
					t.Errorf("%q is found by %q", k.Name.Full(), words)
				}
			}
			for _, k := range everything(t, tx, actor, signIn, f) {
				got = append(got, k.Name.Full())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v, %+v, sign-in %v (-want +got):\n%s", actor, f, signIn, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// everything reads a list page by page.
func everything(t *testing.T, tx *store.Tx, actor model.Actor, signIn bool, f store.ContainerFilter) []model.Container {
	t.Helper()
	var list []model.Container
	p := model.Page{Limit: 7}
	for {
		rows, err := tx.FindContainers(t.Context(), actor, signIn, f, p)
		if err != nil {
			t.Fatal(err)
		}
		rows, next := model.Cut(p, rows, func(r store.ContainerRow) string { return r.Cursor })
		for _, r := range rows {
			list = append(list, r.Container)
		}
		if p.After = next; next == "" {
			return list
		}
	}
}

func randomFilter(r *rand.Rand) store.ContainerFilter {
	one := func(from ...string) string { return from[r.IntN(len(from))] }
	return store.ContainerFilter{
		Words:     store.Words(one("", "", "sam", "o", "qu", "quokka", "wide sam", "library/wide", "zzz", "neuro blast")),
		Namespace: one("", "", "", "library", "nobody"),
		Arch:      one("", "", "", "amd64", "riscv64", "none"),
		Key:       one("", "", "purpose"), Value: one("", "neuro"),
		Signed: r.IntN(8) == 0,
		Order:  model.Order(one("name", "newest", "pulled", "starred")),
	}
}

// What a search gives is the same, whichever way the database finds it: the words of
// names are compared here one by one.
func TestWordsFindNames(t *testing.T) {
	t.Parallel()
	db := storetest.NewCrowd(t, storetest.Crowd{Collections: 60, Images: 300, Seed: 5})
	admin := model.Actor{UserID: 1, Admin: true, Scope: model.ScopeAll}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		all := everything(t, tx, admin, false, store.ContainerFilter{Order: model.ByName})
		if len(all) < 80 {
			t.Fatalf("only %d containers", len(all))
		}
		for _, words := range []string{"sam", "samtools", "quokka", "wide/a", "library bwa", "s", "sa", "ools"} {
			var want, got []string
			for _, k := range all {
				if named(k, store.Words(words)) {
					want = append(want, k.Name.Full())
				}
			}
			for _, k := range everything(t, tx, admin, false, store.ContainerFilter{Order: model.ByName, Words: store.Words(words)}) {
				got = append(got, k.Name.Full())
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
				t.Errorf("%q (-want +got):\n%s", words, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// named reports whether words find a container: short ones begin its name, others are in it.
func named(k model.Container, words []string) bool {
	long := slices.ContainsFunc(words, func(w string) bool { return len(w) >= 3 })
	own := false
	for _, w := range words {
		if !long && !strings.HasPrefix(k.Name.Container, w) || !strings.Contains(k.Name.Full(), w) {
			return false
		}
		own = own || strings.Contains(k.Name.Container, w)
	}
	return own
}

func TestOrdersAreThoseAskedFor(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), storetest.NewCrowd(t, storetest.Crowd{Collections: 20, Images: 100, Seed: 6})
	admin := model.Actor{UserID: 1, Admin: true, Scope: model.ScopeAll}
	err := db.Update(ctx, func(tx *store.Tx) error {
		for i, text := range []string{"UPDATE containers SET pulls = id * 7 % 31", "UPDATE containers SET updated_at = id * 11 % 37"} {
			if err := tx.Exec(ctx, text); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		for user := range int64(5) {
			for _, k := range everything(t, tx, admin, false, store.ContainerFilter{Order: model.ByName}) {
				if k.ID%(user+2) == 0 {
					if err := tx.SetStar(ctx, 1+user, k.ID, true); err != nil {
						return err
					}
				}
			}
		}
		for order, place := range map[model.Order]func(a, b model.Container) bool{
			model.ByName:  func(a, b model.Container) bool { return a.Name.Container <= b.Name.Container },
			model.Newest:  func(a, b model.Container) bool { return !a.Updated.Before(b.Updated) },
			model.Pulled:  func(a, b model.Container) bool { return a.Pulls >= b.Pulls },
			model.Starred: func(a, b model.Container) bool { return a.Stars >= b.Stars },
		} {
			for _, f := range []store.ContainerFilter{{Order: order}, {Order: order, Words: []string{"sam"}}, {Order: order, StarredBy: 2}} {
				list := everything(t, tx, admin, false, f)
				for i := 1; i < len(list); i++ {
					if !place(list[i-1], list[i]) {
						t.Errorf("%+v: %v before %v", f, list[i-1], list[i])
					}
				}
				if f.StarredBy == 0 {
					continue
				}
				for _, k := range list {
					if k.ID%3 != 0 || k.Stars == 0 {
						t.Errorf("%v is among the starred", k)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
