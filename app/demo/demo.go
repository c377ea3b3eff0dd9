// Package demo fills an empty registry with something to look at: three people, two teams,
// public and private collections, small images that run on two architectures, one of them
// signed and one frozen, with readmes, stars and a history of pulls. All of it is made
// when it is asked for; nothing comes from elsewhere.
//
// Entry point: Fill. The trap: it is meant for a registry of its own, since it makes
// accounts by fixed names.
package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/app/store"
)

// Person is an account of the demonstration.
type Person struct {
	Name, Password string
	About          string // what he is for, in a few words
}

// pulledDays is how many days back the history of pulls goes.
const pulledDays = 60

// filler is a demonstration in the making.
type filler struct {
	db     *store.DB
	core   *registry.Service
	people *identity.Service
	actors map[string]model.Actor
}

// Fill puts the demonstration into an empty registry, and gives its people. Errors:
// Conflict if it is not empty.
func Fill(ctx context.Context, db *store.DB, core *registry.Service, people *identity.Service) ([]Person, error) {
	const op = "demo.Fill"
	f := &filler{db, core, people, map[string]model.Actor{}}
	list, err := f.accounts(ctx)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	for _, step := range []func(context.Context) error{f.teams, f.collections, f.images, f.words} {
		if err := step(ctx); err != nil {
			return nil, errs.Wrap(op, err)
		}
	}
	return list, nil
}

func (f *filler) accounts(ctx context.Context) ([]Person, error) {
	list := []Person{
		{Name: "alice", About: "runs the registry, and owns lab and the team imaging"},
		{Name: "bob", About: "owns the team genomics, and is in imaging"},
		{Name: "carol", About: "is in genomics, and may read the private collection drafts"},
	}
	full := map[string]string{"alice": "Alice Liddell", "bob": "Bob Cratchit", "carol": "Carol Danvers"}
	for at, p := range list {
		list[at].Password = p.Name + "-" + strings.ToLower(rand.Text()[:8])
		u, err := f.people.CreateUser(ctx, model.Console, identity.NewUser{
			Name: p.Name, FullName: full[p.Name], Password: list[at].Password, Admin: p.Name == "alice"})
		if err != nil {
			return nil, err
		}
		f.actors[u.Name] = model.Actor{UserID: u.ID, Name: u.Name, Admin: u.Admin, Via: model.ByConsole, Scope: model.ScopeAll}
	}
	return list, nil
}

func (f *filler) teams(ctx context.Context) error {
	for _, t := range []struct {
		name, owner, member string
		join                model.JoinPolicy
	}{{"imaging", "alice", "bob", model.ByInvitation}, {"genomics", "bob", "carol", model.Open}} {
		if _, err := f.core.CreateTeam(ctx, f.actors[t.owner], t.name, t.join); err != nil {
			return err
		}
		if err := f.core.SetMember(ctx, f.actors[t.owner], t.name, t.member, false); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) collections(ctx context.Context) error {
	for _, c := range []struct {
		name, owner, about string
		public             bool
		grants             []model.RoleAssignment
	}{
		{"lab", "alice", "What everybody in the laboratory runs.", true, nil},
		{"imaging/pipelines", "alice", "Brain imaging, rebuilt every month.", true, []model.RoleAssignment{{Team: "imaging", Role: model.Owner}}},
		{"genomics/reads", "bob", "Alignment and variant calling, for the team.", false, []model.RoleAssignment{{Team: "genomics", Role: model.Contributor}}},
		{"drafts", "alice", "Not ready to be seen.", false, []model.RoleAssignment{{User: "carol", Role: model.Contributor}}},
	} {
		path, err := ref.ParsePath(c.name)
		if err != nil {
			return err
		}
		if _, err := f.core.CreateCollection(ctx, f.actors[c.owner], path, registry.NewCollection{Public: c.public, Description: c.about}); err != nil {
			return err
		}
		for _, g := range c.grants {
			if err := f.core.SetRole(ctx, f.actors[c.owner], path, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// push puts one image into a container, under a tag, as if it had been pulled some times
// every few days since long.
func (f *filler) push(ctx context.Context, by, container string, i image) error {
	path, err := ref.ParsePath(container)
	if err != nil {
		return err
	}
	file, err := i.file()
	if err != nil {
		return err
	}
	pushed, err := f.core.Push(ctx, f.actors[by], path, i.version, bytes.NewReader(file))
	if err != nil {
		return err
	}
	return f.db.Update(ctx, func(tx *store.Tx) error {
		var counts []store.PullCount
		for ago := range pulledDays {
			at := tx.Now.AddDate(0, 0, -ago)
			if n := (ago*7 + len(i.name)*len(i.version)) % 13; n > 4 {
				counts = append(counts, store.PullCount{Container: pushed.ContainerID, Digest: pushed.Content,
					Day: store.DayOf(at), Count: int64(n), Last: at})
			}
		}
		return tx.AddPulls(ctx, counts)
	})
}
