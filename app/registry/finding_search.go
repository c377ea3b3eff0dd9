package registry

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Query is what somebody searches for. Empty fields choose all.
type Query struct {
	// Text is words of names, descriptions, labels or definition files.
	Text string
	// Kind is the kind of thing searched for; empty is a few of every kind.
	Kind model.Kind
	// Namespace is whose it is: a user's, a team's, or the registry's own.
	Namespace string
	// What an image in a container has to be: of an architecture, with a label (an empty
	// Value is any), signed. Only containers are found by it.
	Arch, Key, Value string
	Signed           bool
	// Starred is by the actor himself; an anonymous one has given no stars.
	Starred bool
	// Order is that of containers; the rest comes newest first.
	Order model.Order
}

// ofContainers reports whether the query says what only containers can be.
func (q Query) ofContainers() bool { return q.Arch != "" || q.Key != "" || q.Signed || q.Starred }

// Results are what was found of each kind.
type Results struct {
	Containers  []model.Container
	Collections []model.Collection
	Tags        []model.FoundTag
	Labels      []model.LabelCount
	Definitions []model.FoundDefinition
	// More tells of which kinds there is more.
	More map[model.Kind]bool
	// Next is the cursor of the next page, if one kind was asked for.
	Next string
}

// Search finds what an actor may see. Without words there are only containers to find.
// Anybody may ask. Errors: Invalid for an unknown order or kind, or a bad cursor.
func (s *Service) Search(ctx context.Context, actor model.Actor, q Query, p model.Page) (Results, error) {
	const op = "registry.Search"
	search := &searching{s: s, actor: actor, q: q, p: p, words: store.Words(q.Text), found: Results{More: map[model.Kind]bool{}}}
	finders := map[model.Kind]func(context.Context, *store.Tx) error{
		model.KindContainer: search.containers, model.KindCollection: search.collections, model.KindTag: search.tags,
		model.KindLabel: search.labels, model.KindDefinition: search.definitions,
	}
	if q.Kind != "" {
		find, ok := finders[q.Kind]
		if !ok {
			return Results{}, errs.E(op, errs.Invalid, "Nothing here is of the kind %.20q.", string(q.Kind))
		}
		finders = map[model.Kind]func(context.Context, *store.Tx) error{q.Kind: find}
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		for kind, find := range finders {
			if kind != model.KindContainer && (len(search.words) == 0 || q.ofContainers()) {
				continue
			}
			if err := find(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return search.found, errs.Wrap(op, err)
}

// searching is one search under way.
type searching struct {
	s     *Service
	actor model.Actor
	q     Query
	p     model.Page
	words []string
	found Results
}

func (g *searching) containers(ctx context.Context, tx *store.Tx) error {
	starred := int64(0)
	if g.q.Starred {
		if starred = g.actor.UserID; starred == 0 {
			return nil
		}
	}
	order := g.q.Order
	if order == "" {
		order = model.Pulled
	}
	rows, err := tx.FindContainers(ctx, g.actor, g.s.Settings().SignIn, store.ContainerFilter{Words: g.words, Namespace: g.q.Namespace,
		Arch: ref.Arch(g.q.Arch), Key: g.q.Key, Value: g.q.Value, Signed: g.q.Signed,
		StarredBy: starred, Order: order}, g.p)
	if err != nil {
		return err
	}
	rows, next := model.Cut(g.p, rows, func(r store.ContainerRow) string { return r.Cursor })
	g.found.Containers = containersOf(rows)
	g.note(model.KindContainer, next)
	return nil
}

func (g *searching) collections(ctx context.Context, tx *store.Tx) (err error) {
	g.found.Collections, err = stream(ctx, g, model.KindCollection, tx.FindCollections)
	return err
}

func (g *searching) tags(ctx context.Context, tx *store.Tx) (err error) {
	g.found.Tags, err = stream(ctx, g, model.KindTag, tx.FindTags)
	return err
}

func (g *searching) labels(ctx context.Context, tx *store.Tx) (err error) {
	g.found.Labels, err = stream(ctx, g, model.KindLabel, tx.FindLabels)
	return err
}

// definitions finds each container once on a page, though many of its images may have the
// same definition file.
func (g *searching) definitions(ctx context.Context, tx *store.Tx) error {
	list, err := stream(ctx, g, model.KindDefinition, tx.FindDefinitions)
	once := map[string]bool{}
	for _, d := range list {
		if name := d.Container.Full(); !once[name] {
			once[name] = true
			g.found.Definitions = append(g.found.Definitions, d)
		}
	}
	return err
}

// stream finds a page of one kind.
func stream[T any](ctx context.Context, g *searching, kind model.Kind, find func(context.Context, store.Search) ([]store.Found[T], error)) ([]T, error) {
	after, err := g.p.AfterID()
	if err != nil {
		return nil, err
	}
	rows, err := find(ctx, store.Search{Actor: g.actor, SignIn: g.s.Settings().SignIn, Words: g.words, Namespace: g.q.Namespace,
		After: after, Limit: g.p.Size() + 1})
	if err != nil {
		return nil, err
	}
	rows, next := model.Cut(g.p, rows, func(f store.Found[T]) string { return model.CursorOf(f.ID) })
	g.note(kind, next)
	var things []T
	for _, r := range rows {
		things = append(things, r.Thing)
	}
	return things, nil
}

// note keeps where a list goes on.
func (g *searching) note(kind model.Kind, next string) {
	g.found.More[kind] = next != ""
	if g.q.Kind == kind {
		g.found.Next = next
	}
}

// containersOf gives containers without their places in a list.
func containersOf(rows []store.ContainerRow) []model.Container {
	var list []model.Container
	for _, r := range rows {
		list = append(list, r.Container)
	}
	return list
}
