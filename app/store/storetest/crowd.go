package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Crowd is a registry as it may be after years: how many collections and images there
// are, and the seed by which they are thrown. The same numbers give the same registry.
type Crowd struct {
	Collections, Images int
	Seed                uint64
}

// The names of a crowd that tests ask for. Worker has a part in three hundredths of the
// collections, by his teams; half of all collections are public.
const (
	Boss   = "boss"   // runs the registry
	Worker = "worker" // an ordinary user
	Wide   = "wide"   // a public collection with a twentieth of all images, each in a container of its own
	Deep   = "deep"   // a public collection with one container
	Well   = "well"   // that container, with a tag for a tenth of all images
	Rare   = "quokka" // a word that stands in one image's definition file and one container's name
)

// Fill puts a crowd into an empty database in a folder. The blobs of its images have rows,
// but no files.
//
// Rows that are many are written without the triggers of the schema, which would take ten
// times as long; what they keep is made at the end.
func Fill(t testing.TB, dir string, c Crowd) {
	t.Helper()
	db, err := store.Open(t.Context(), dir, Schema(t))
	if err != nil {
		t.Fatal(err)
	}
	raw := openRaw(t, dir)
	triggers := raw.dropTriggers(t)
	f := &filler{Crowd: c, r: rand.New(rand.NewPCG(c.Seed, 1)), containers: map[ref.Container]int64{}}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		if err := f.people(t.Context(), tx); err != nil {
			return err
		}
		return f.collections(t.Context(), tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	f.images(t, raw)
	for _, text := range triggers {
		raw.run(t, text)
	}
	raw.close(t)
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Reindex(t.Context()) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// NewCrowd is New with a crowd in it.
func NewCrowd(t testing.TB, c Crowd) *store.DB {
	t.Helper()
	dir := t.TempDir()
	Fill(t, dir, c)
	db, err := store.Open(t.Context(), dir, Schema(t))
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

type filler struct {
	Crowd
	r          *rand.Rand
	users      []int64
	teams      []string
	names      []ref.Collection
	ids        []int64                 // of the collections
	containers map[ref.Container]int64 // their row ids
}

// people are a user for twenty collections and a team for a hundred, of ten members.
func (f *filler) people(ctx context.Context, tx *store.Tx) error {
	names := []string{Boss, Worker}
	for i := range max(20, f.Collections/20) {
		names = append(names, fmt.Sprintf("%s-%d", pick(f.r, people), i))
	}
	for _, name := range names {
		u, err := tx.AddUser(ctx, name, model.Person, "", name == Boss)
		if err != nil {
			return err
		}
		f.users = append(f.users, u.ID)
	}
	for i := range max(10, f.Collections/100) {
		if err := f.team(ctx, tx, i); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) team(ctx context.Context, tx *store.Tx, i int) error {
	name := fmt.Sprintf("team-%s-%d", pick(f.r, subjects), i)
	if err := tx.AddTeam(ctx, name, model.ByInvitation, f.users[2+i%(len(f.users)-2)]); err != nil {
		return err
	}
	team, err := tx.Team(ctx, name, 0)
	if err != nil {
		return err
	}
	f.teams = append(f.teams, name)
	for range 10 {
		if err := tx.SetMember(ctx, team.ID, f.users[2+f.r.IntN(len(f.users)-2)], false); err != nil {
			return err
		}
	}
	if i%10 < 3 {
		return tx.SetMember(ctx, team.ID, f.users[1], false)
	}
	return nil
}

// collections are the registry's own and teams', every second of them public. A team has a
// part in ten of a hundred.
func (f *filler) collections(ctx context.Context, tx *store.Tx) error {
	for i := range f.Collections {
		name := ref.Collection{Namespace: ref.Library, Name: fmt.Sprintf("%s-%s-%d", pick(f.r, subjects), pick(f.r, tools), i)}
		switch {
		case i == 0:
			name.Name = Wide
		case i == 1:
			name.Name = Deep
		case i%5 == 2:
			name.Namespace = f.teams[i%len(f.teams)]
		}
		description := fmt.Sprintf("%s for %s, %s and %s, kept by the people of %s.",
			pick(f.r, tools), pick(f.r, subjects), pick(f.r, subjects), pick(f.r, tools), pick(f.r, places))
		id, err := tx.AddCollection(ctx, name, i < 2 || i%2 == 0, description, f.users[2+f.r.IntN(len(f.users)-2)])
		if err != nil {
			return err
		}
		f.names, f.ids = append(f.names, name), append(f.ids, id)
		if i%10 == 9 {
			if err := tx.SetRole(ctx, id, model.RoleAssignment{Team: f.teams[i/10%len(f.teams)], Role: model.Contributor}); err != nil {
				return err
			}
		}
	}
	return nil
}

// place says where an image goes: to a collection, by its place in the list.
func (f *filler) place(i int) (collection int, container, tag string) {
	switch {
	case i == f.Images/2:
		return 2, Rare, "latest"
	case i%20 == 0:
		return 0, fmt.Sprintf("%s-%d", pick(f.r, tools), i), "latest"
	case i%10 == 1:
		return 1, Well, fmt.Sprintf("2026.%d", i)
	}
	at := 2 + f.r.IntN(f.Collections-2)
	return at, pick(f.r, tools[at%(len(tools)-3):][:3]), fmt.Sprintf("%s-%d", pick(f.r, tags), i)
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }
