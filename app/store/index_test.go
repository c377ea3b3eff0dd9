package store_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// Whatever comes and goes, the indexes and counts that triggers keep are those that would
// be made anew, and what is gone is found no more.
func TestIndexesAreKeptWithEveryChange(t *testing.T) {
	t.Parallel()
	ctx, db, r := t.Context(), storetest.New(t), rand.New(rand.NewPCG(8, 9))
	h := &history{r: r, collections: map[int64]ref.Collection{}, containers: map[int64]int64{}}
	for round := range 6 {
		err := db.Update(ctx, func(tx *store.Tx) error {
			for range 40 {
				if err := h.step(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		kept := everythingFound(t, db)
		if err := db.Update(ctx, func(tx *store.Tx) error { return tx.Reindex(ctx) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(everythingFound(t, db), kept); diff != "" {
			t.Fatalf("round %d: made anew (-), kept (+)\n%s", round, diff)
		}
		for _, line := range kept {
			if strings.Contains(line, "~") { // so names end that were deleted
				t.Errorf("round %d: %s", round, line)
			}
		}
		for _, wrong := range damage(t, db) {
			t.Errorf("round %d: %s", round, wrong)
		}
		if len(kept) < 10 {
			t.Fatalf("only %d things are found", len(kept))
		}
	}
}

// history is what a random registry has gone through.
type history struct {
	r           *rand.Rand
	n           int
	collections map[int64]ref.Collection
	containers  map[int64]int64 // to their collections
}

func (h *history) step(ctx context.Context, tx *store.Tx) error {
	h.n++
	if len(h.collections) < 3 {
		name := ref.Collection{Namespace: ref.Library, Name: fmt.Sprintf("collection-%d", h.n)}
		id, err := tx.AddCollection(ctx, name, h.r.IntN(2) == 0, "first words", 0)
		h.collections[id] = name
		return err
	}
	collection := anyOf(h.r, h.collections)
	switch chance := h.r.IntN(60); {
	case chance == 0:
		name := h.collections[collection]
		delete(h.collections, collection)
		maps.DeleteFunc(h.containers, func(_, c int64) bool { return c == collection })
		return tx.DeleteCollection(ctx, model.Collection{ID: collection, Name: name})
	case chance < 10:
		return tx.ChangeCollection(ctx, collection, h.r.IntN(2) == 0, fmt.Sprintf("words-%d described", h.n))
	case chance < 15 || len(h.containers) == 0:
		container, err := tx.EnsureContainer(ctx, collection, fmt.Sprintf("container-%d", h.n))
		h.containers[container] = collection
		return err
	case chance == 15:
		container := anyOf(h.r, h.containers)
		delete(h.containers, container)
		return tx.DeleteContainer(ctx, container)
	}
	if h.r.IntN(12) == 0 {
		return h.sweep(ctx, tx)
	}
	return h.image(ctx, tx, anyOf(h.r, h.containers))
}

// sweep removes for good some of what was deleted, and a collection with nothing in it.
func (h *history) sweep(ctx context.Context, tx *store.Tx) error {
	due := tx.Now.Add(time.Hour)
	for range h.r.IntN(10) {
		if _, err := tx.SweepDeleted(ctx, due, 7); err != nil {
			return err
		}
	}
	empty, err := tx.AddCollection(ctx, ref.Collection{Namespace: ref.Library, Name: fmt.Sprintf("empty-%d", h.n)}, h.r.IntN(2) == 0, "", 0)
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, "DELETE FROM collections WHERE id = ?", empty); err != nil {
		return err
	}
	if _, err := tx.SweepImages(ctx, due, due, 100); err != nil {
		return err
	}
	if _, err := tx.SweepHeld(ctx, due, due, 100); err != nil {
		return err
	}
	_, err = tx.SweepBlobs(ctx, 100)
	return err
}

// anyOf gives a key of a map, the same for the same random numbers.
func anyOf[T any](r *rand.Rand, m map[int64]T) int64 {
	keys := slices.Sorted(maps.Keys(m))
	return keys[r.IntN(len(keys))]
}

// image adds an image, moves a tag to it, or deletes one.
func (h *history) image(ctx context.Context, tx *store.Tx, container int64) error {
	content := digest.FromString(fmt.Sprint(h.n))
	definition := fmt.Sprintf("Bootstrap: docker\nFrom: base-%d\n", h.n)
	if err := tx.HoldBlob(ctx, container, content, 1, 0); err != nil {
		return err
	}
	if h.r.IntN(4) == 0 { // as an earlier version took it for something else
		id, err := tx.AddImage(ctx, store.NewImage{Container: container, Digest: digest.FromString(fmt.Sprint("manifest", h.n)), Kind: model.Artifact,
			Manifest: []byte("{}"), Blobs: []digest.Digest{content}})
		if err != nil {
			return err
		}
		if _, err := tx.SetTag(ctx, container, fmt.Sprintf("tag-%d", h.n%4), "", id); err != nil {
			return err
		}
	}
	id, err := tx.AddImage(ctx, store.NewImage{Container: container, Digest: digest.FromString(fmt.Sprint("manifest", h.n)), Kind: model.SIF,
		Manifest: []byte("{}"), Content: content, Arch: "amd64", Blobs: []digest.Digest{content}, Definition: definition,
		Labels: map[string]string{"same": fmt.Sprint(h.n % 3), "own": fmt.Sprint(h.n)}})
	if err != nil {
		return err
	}
	if err := tx.SetReport(ctx, content, fmt.Appendf(nil, `{"definition":%q}`, definition)); err != nil {
		return err
	}
	if _, err := tx.SetTag(ctx, container, fmt.Sprintf("tag-%d", h.n%4), "amd64", id); err != nil {
		return err
	}
	if h.r.IntN(5) == 0 {
		_, err = tx.DeleteImage(ctx, id)
	}
	return err
}

// everythingFound describes all that an administrator finds, and what anybody does, and
// somebody who sees some of what is not public.
func everythingFound(t *testing.T, db *store.DB) []string {
	t.Helper()
	ctx := t.Context()
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	err := db.View(ctx, func(tx *store.Tx) error {
		admin := model.Actor{UserID: 1, Admin: true, Scope: model.ScopeAll}
		some := admin
		list, err := tx.Collections(ctx, admin, false, model.Page{Limit: 200})
		if err != nil {
			return err
		}
		for _, c := range list {
			if some.Only = append([]int64{}, some.Only...); c.ID%2 == 0 {
				some.Only = append(some.Only, c.ID)
			}
		}
		for _, actor := range []model.Actor{admin, model.Anonymous, some} {
			for _, word := range []string{"collection", "words", "container", "tag-", "same", "own", "docker", "base"} {
				s := store.Search{Actor: actor, Words: store.Words(word), Limit: 500}
				collections, err := tx.FindCollections(ctx, s)
				if err != nil {
					return err
				}
				for _, f := range collections {
					say("%s finds the collection %s, %q", word, f.Thing.Name, f.Thing.Description)
				}
				tags, err := tx.FindTags(ctx, s)
				if err != nil {
					return err
				}
				labels, err := tx.FindLabels(ctx, s)
				if err != nil {
					return err
				}
				definitions, err := tx.FindDefinitions(ctx, s)
				if err != nil {
					return err
				}
				say("%s finds %+v", word, tags)
				for _, f := range labels {
					say("%s finds the label %+v", word, f.Thing)
				}
				say("%s finds %+v", word, definitions)
			}
			keys, err := tx.LabelKeys(ctx, actor, false, model.Page{Limit: 200})
			if err != nil {
				return err
			}
			say("keys %+v", keys)
			containers := everything(t, tx, actor, false, store.ContainerFilter{Order: model.ByName})
			var tagged []string
			for _, k := range containers {
				say("container %s", k.Name)
				if k.Tags > 0 {
					tagged = append(tagged, k.Name.String())
				}
			}
			slices.Sort(tagged)
			catalog, err := tx.Catalog(ctx, actor, false, "", 500)
			if diff := cmp.Diff(tagged, catalog); err != nil || diff != "" {
				t.Errorf("the catalog: %v\n%s", err, diff)
			}
			if list, err = tx.Collections(ctx, actor, false, model.Page{Limit: 200}); err != nil {
				return err
			}
			nCollections, nContainers, err := tx.CountVisible(ctx, actor, false)
			if err != nil || nCollections != len(list) || nContainers != len(containers) {
				t.Errorf("%d collections and %d containers are counted, and %d and %d listed: %v", nCollections, nContainers, len(list), len(containers), err)
			}
		}
		wrong, err := tx.Miscounted(ctx)
		for _, w := range wrong {
			t.Error(w)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all) // what is made anew has other numbers, by which labels are listed
	return all
}
