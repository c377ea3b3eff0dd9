package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// HomeQuery asks for the front page: a part of the list of collections, and how much stands
// above it. A later part of the list has nothing above it.
type HomeQuery struct {
	Page               model.Page
	Containers, Labels int // at most, in each list
}

// Home is what the front page shows an actor.
type Home struct {
	Collections []model.Collection
	Next        string // the cursor of the next part; empty at the end
	// NoAccounts says that there is no account yet, so that nobody can sign in.
	NoAccounts bool
	// What follows is of the first part only. Numbers are of what the actor may see.
	CollectionCount, ContainerCount          int
	Starred, Newest, MostPulled, MostStarred []model.Container
	Arches                                   []string
	Labels                                   []model.LabelCount
}

// Home gives the front page. Default collections are listed once there is something in them.
// Anybody may ask. Errors: Invalid for a bad cursor.
func (s *Service) Home(ctx context.Context, actor model.Actor, q HomeQuery) (Home, error) {
	const op = "registry.Home"
	var h Home
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		signIn := s.Settings().SignIn
		if h.Collections, err = tx.Collections(ctx, actor, signIn, q.Page); err != nil {
			return err
		}
		h.Collections, h.Next = model.Cut(q.Page, h.Collections, func(c model.Collection) string { return c.Name.Full() })
		if q.Page.After == "" {
			if err = h.fill(ctx, tx, actor, signIn, q); err != nil {
				return err
			}
		}
		if len(h.Collections) == 0 && actor.IsAnonymous() {
			users, err := tx.CountUsers(ctx)
			h.NoAccounts = users == 0
			return err
		}
		return nil
	})
	if err != nil {
		return Home{}, errs.Wrap(op, err)
	}
	return h, nil
}

// fill adds what stands above the list.
func (h *Home) fill(ctx context.Context, tx *store.Tx, actor model.Actor, signIn bool, q HomeQuery) (err error) {
	if h.CollectionCount, h.ContainerCount, err = tx.CountVisible(ctx, actor, signIn); err != nil {
		return err
	}
	lists := []struct {
		to    *[]model.Container
		which store.ContainerFilter
	}{
		{&h.Newest, store.ContainerFilter{Order: model.Newest}},
		{&h.MostPulled, store.ContainerFilter{Order: model.Pulled}},
		{&h.MostStarred, store.ContainerFilter{Order: model.Starred}},
	}
	if actor.UserID != 0 {
		lists = append(lists, struct {
			to    *[]model.Container
			which store.ContainerFilter
		}{&h.Starred, store.ContainerFilter{StarredBy: actor.UserID, Order: model.Newest}})
	}
	for _, l := range lists {
		page := model.Page{Limit: q.Containers}
		rows, err := tx.FindContainers(ctx, actor, signIn, l.which, page)
		if err != nil {
			return err
		}
		rows, _ = model.Cut(page, rows, func(r store.ContainerRow) string { return r.Cursor })
		*l.to = containersOf(rows)
	}
	if h.Arches, err = tx.Arches(ctx, actor, signIn); err != nil {
		return err
	}
	page := model.Page{Limit: q.Labels}
	h.Labels, err = tx.LabelKeys(ctx, actor, signIn, page)
	h.Labels, _ = model.Cut(page, h.Labels, func(l model.LabelCount) string { return l.Key })
	return err
}
