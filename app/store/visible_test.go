package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/app/access"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
	"sregistry/app/store/storetest"
)

// The list of collections is the one place beside package access where the rule for
// reading stands. For random users, teams, roles and credentials, it must give exactly
// what access.Can allows.
func TestListsShowExactlyWhatMayBeRead(t *testing.T) {
	t.Parallel()
	const users, teams, collections, rounds = 6, 3, 12, 40
	r := rand.New(rand.NewPCG(1, 2))
	ctx := t.Context()
	for round := range rounds {
		db := storetest.New(t)
		var ids []int64
		err := db.Update(ctx, func(tx *store.Tx) error {
			for n := range users {
				if _, err := tx.AddUser(ctx, fmt.Sprintf("u%d", n), model.Person, "", n == 0); err != nil {
					return err
				}
			}
			for n := range teams {
				if err := tx.AddTeam(ctx, fmt.Sprintf("t%d", n), model.Open, 1+r.Int64N(users)); err != nil {
					return err
				}
				for range r.IntN(users) {
					if err := tx.SetMember(ctx, int64(1+n), 1+r.Int64N(users), r.IntN(3) == 0); err != nil {
						return err
					}
				}
			}
			spaces := []string{"library", "u1", "u2", "t0", "t1"}
			for n := range collections {
				name := ref.Collection{Namespace: spaces[r.IntN(len(spaces))], Name: fmt.Sprintf("c%d", n)}
				id, err := tx.AddCollection(ctx, name, r.IntN(3) == 0, "", r.Int64N(users+1))
				if err != nil {
					return err
				}
				ids = append(ids, id)
				if r.IntN(2) == 0 {
					g := model.RoleAssignment{User: fmt.Sprintf("u%d", r.IntN(users)), Role: model.Role(1 + r.IntN(2))}
					if err := tx.SetRole(ctx, id, g); err != nil {
						return err
					}
				}
				if r.IntN(2) == 0 {
					g := model.RoleAssignment{Team: fmt.Sprintf("t%d", r.IntN(teams)), Role: model.Role(1 + r.IntN(2))}
					if err := tx.SetRole(ctx, id, g); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			actor := randomActor(r, users, ids)
			signIn := r.IntN(2) == 0
			err := db.View(ctx, func(tx *store.Tx) error {
				list, err := tx.Collections(ctx, actor, signIn, model.Page{Limit: model.MaxLimit})
				if err != nil {
					return err
				}
				everything, err := tx.Collections(ctx, model.Actor{UserID: actor.UserID, Admin: true, Scope: model.ScopeAll}, false, model.Page{Limit: model.MaxLimit})
				if err != nil {
					return err
				}
				var got, want []string
				for _, c := range list {
					got = append(got, c.Name.Full())
				}
				for _, c := range everything {
					p, err := tx.Place(ctx, ref.Container{Collection: c.Name, Container: "x"}, actor.UserID)
					if err != nil || p.Role != c.Role { // they are read by different statements
						t.Errorf("the role in %s is %d in a list and %d, %v, alone", c.Name, c.Role, p.Role, err)
					}
					target := access.Target{Exists: true, Collection: c.ID, Public: c.Public, Role: c.Role, SignIn: signIn}
					if access.Can(actor, access.Read, target) == access.Allow {
						want = append(want, c.Name.Full())
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("round %d, %+v, sign-in %v: may read (-), is listed (+)\n%s", round, actor, signIn, diff)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func randomActor(r *rand.Rand, users int64, collections []int64) model.Actor {
	if r.IntN(6) == 0 {
		return model.Anonymous
	}
	a := model.Actor{UserID: 1 + r.Int64N(users), Scope: model.Scope(r.IntN(int(model.ScopeAll) + 1)), Admin: r.IntN(6) == 0}
	if r.IntN(3) == 0 {
		a.Only = []int64{}
		for range r.IntN(3) {
			a.Only = append(a.Only, collections[r.IntN(len(collections))])
		}
	}
	return a
}
