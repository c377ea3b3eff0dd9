package store_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/model"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// Lists that are read in a shorter way than image by image hold what those hold, for
// whoever asks.
func TestShortListsHoldWhatTheListOfImagesHolds(t *testing.T) {
	t.Parallel()
	ctx, r := t.Context(), rand.New(rand.NewPCG(5, 6))
	db := storetest.NewCrowd(t, storetest.Crowd{Collections: 60, Images: 300, Seed: 5})
	freezeSome(t, db)
	err := db.View(ctx, func(tx *store.Tx) error {
		var collections []model.Collection
		list, err := tx.Collections(ctx, boss, false, model.Page{Limit: model.MaxLimit})
		if err != nil {
			return err
		}
		var ids []int64
		for _, c := range list {
			collections, ids = append(collections, c), append(ids, c.ID)
		}
		for range 30 {
			actor, signIn := randomActor(r, 20, ids), r.IntN(3) == 0
			images := allImages(t, tx, actor, signIn, "")
			var tags, ofOne []model.ListedTag
			var names []string
			one := collections[r.IntN(len(collections))]
			for _, i := range images {
				l := model.ListedTag{FoundTag: model.FoundTag{Container: i.Container, Tag: i.Tag}}
				if i.Frozen {
					l.Frozen = i.Known()
				}
				tags = append(tags, l)
				if i.Container.Collection == one.Name {
					ofOne = append(ofOne, l)
				}
				if name := i.Container.String(); !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			got, err := tx.ListedTags(ctx, actor, signIn, 0, 1000)
			if diff := cmp.Diff(tags, got); err != nil || diff != "" {
				t.Errorf("%+v: all tags: %v\n%s", actor, err, diff)
			}
			got, err = tx.ListedTags(ctx, actor, signIn, one.ID, 1000)
			if diff := cmp.Diff(ofOne, got); err != nil || diff != "" {
				t.Errorf("%+v: tags of %s: %v\n%s", actor, one.Name, err, diff)
			}
			if got, err = tx.ListedTags(ctx, actor, signIn, 0, 3); err != nil || len(got) != min(3, len(tags)) {
				t.Errorf("%d tags, at most 3: %v", len(got), err)
			}
			if diff := cmp.Diff(names, catalog(t, tx, actor, signIn)); diff != "" {
				t.Errorf("%+v: the catalog: %s", actor, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var boss = model.Actor{UserID: 1, Admin: true, Scope: model.ScopeAll}

// freezeSome freezes every fifth tag and every seventh container.
func freezeSome(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, text := range []string{"UPDATE tags SET frozen = 1 WHERE id % 5 = 0", "UPDATE containers SET frozen = 1 WHERE id % 7 = 0"} {
			if err := tx.Exec(t.Context(), text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// allImages reads the list of images with a text in their names page by page.
func allImages(t *testing.T, tx *store.Tx, actor model.Actor, signIn bool, text string) (all []model.Image) {
	t.Helper()
	p := model.Page{Limit: 70}
	for {
		list, err := tx.Images(t.Context(), actor, signIn, store.ImageFilter{Text: text}, p)
		if err != nil {
			t.Fatal(err)
		}
		list, next := model.Cut(p, list, store.ImageCursor)
		all = append(all, list...)
		if p.After = next; next == "" {
			return all
		}
	}
}

// catalog reads the catalog seven by seven.
func catalog(t *testing.T, tx *store.Tx, actor model.Actor, signIn bool) (all []string) {
	t.Helper()
	for after := ""; ; after = all[len(all)-1] {
		list, err := tx.Catalog(t.Context(), actor, signIn, after, 7)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, list...); len(list) < 7 {
			return all
		}
	}
}

func TestTheNewestImagesAreThoseUnderTheLastTags(t *testing.T) {
	t.Parallel()
	db := storetest.NewCrowd(t, storetest.Crowd{Collections: 60, Images: 300, Seed: 5})
	err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, actor := range []model.Actor{boss, model.Anonymous} {
			for _, text := range []string{"SAM", "wide/", "s", "", "nothing of the kind"} {
				all := allImages(t, tx, actor, false, text)
				for _, limit := range []int{1, 4, 1000} {
					want := titles(all)
					if len(text) >= 3 { // a crowd's tags are as old as its images
						last := slices.SortedFunc(slices.Values(all), func(a, b model.Image) int { return b.Pushed.Compare(a.Pushed) })
						last = last[:min(limit, len(last))]
						want = slices.DeleteFunc(want, func(s string) bool { return !slices.Contains(titles(last), s) })
					}
					want = want[:min(limit, len(want))]
					got, err := tx.NewestImages(t.Context(), actor, false, text, false, limit)
					if diff := cmp.Diff(want, titles(got)); err != nil || diff != "" {
						t.Errorf("%s, %q, at most %d: %v\n%s", actor.Name, text, limit, err, diff)
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

func titles(images []model.Image) (all []string) {
	for _, i := range images {
		all = append(all, i.Title())
	}
	return all
}

// A page of labels ends where it has named enough images, and the next goes on there.
func TestLabelsNameTheLastImagesPageByPage(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), storetest.NewCrowd(t, storetest.Crowd{Collections: 60, Images: 300, Seed: 5})
	err := db.View(ctx, func(tx *store.Tx) error {
		for _, actor := range []model.Actor{boss, model.Anonymous} {
			values, err := tx.LabelValues(ctx, actor, false, "purpose", model.Page{Limit: model.MaxLimit})
			if err != nil {
				return err
			}
			whole := labels(ctx, t, tx, actor, 1000)
			part := labels(ctx, t, tx, actor, 5)
			if len(values) < 10 || len(whole) != len(values) || len(part) != len(values) {
				t.Fatalf("%d values, %d and %d labels", len(values), len(whole), len(part))
			}
			pushed := map[string]int64{}
			for _, i := range allImages(t, tx, actor, false, "") {
				pushed[i.Title()] = i.Pushed.Unix()
			}
			for at, v := range values {
				if whole[at].Value != v.Value || part[at].Value != v.Value || len(whole[at].Images) != int(v.Images) {
					t.Errorf("%+v: %+v", v, whole[at])
				}
				last := slices.SortedFunc(slices.Values(whole[at].Images), func(a, b string) int { return int(pushed[b] - pushed[a]) })
				last = slices.Sorted(slices.Values(last[:min(5, len(last))]))
				if diff := cmp.Diff(last, part[at].Images); diff != "" {
					t.Errorf("%s: %s", v.Value, diff)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// labels reads the values of a key, each with at most limit images.
func labels(ctx context.Context, t *testing.T, tx *store.Tx, actor model.Actor, limit int) (all []model.Label) {
	t.Helper()
	p := model.Page{Limit: 7}
	for {
		list, more, err := tx.Labels(ctx, actor, false, "Purpose", "", p, limit)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
		if !more {
			return all
		}
		p.After = store.LabelCursor(all[len(all)-1])
	}
}
