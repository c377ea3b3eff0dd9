package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Browse lists the containers that an actor may see, in an order. Anybody may ask.
// Errors: Invalid for an unknown order or a bad cursor.
func (s *Service) Browse(ctx context.Context, actor model.Actor, order model.Order, p model.Page) ([]model.Container, string, error) {
	const op = "registry.Browse"
	list, next, err := s.listContainers(ctx, actor, store.ContainerFilter{Order: order}, p)
	return list, next, errs.Wrap(op, err)
}

func (s *Service) listContainers(ctx context.Context, actor model.Actor, f store.ContainerFilter, p model.Page) (list []model.Container, next string, err error) {
	var rows []store.ContainerRow
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = tx.FindContainers(ctx, actor, s.Settings().SignIn, f, p)
		return err
	})
	rows, next = model.Cut(p, rows, func(r store.ContainerRow) string { return r.Cursor })
	return containersOf(rows), next, err
}

// maxShownTags bounds the tags that a list shows of each container.
const maxShownTags = 8

// ContainerListing is a container in the list of its collection, with its newest tags.
type ContainerListing struct {
	model.Container
	Newest []model.Tag // without their images
}

// FindContainers lists those of a collection in whose names words are, in an order, each
// with its newest tags. Whoever may see the collection may ask. Errors: NotFound,
// Unauthenticated; Invalid for an unknown order or a bad cursor.
func (s *Service) FindContainers(ctx context.Context, actor model.Actor, path ref.Path, text string, order model.Order, p model.Page) (list []ContainerListing, next string, err error) {
	const op = "registry.FindContainers"
	err = s.readCollection(ctx, actor, access.Read, path, func(tx *store.Tx, c model.Collection) (err error) {
		rows, err := tx.FindContainers(ctx, actor, s.Settings().SignIn,
			store.ContainerFilter{Collection: c.ID, Words: store.Words(text), Order: order}, p)
		if err != nil {
			return err
		}
		rows, next = model.Cut(p, rows, func(r store.ContainerRow) string { return r.Cursor })
		tags, err := tx.NewestTags(ctx, containersOf(rows), maxShownTags)
		for _, r := range rows {
			list = append(list, ContainerListing{r.Container, tags[r.ID]})
		}
		return err
	})
	return list, next, errs.Wrap(op, err)
}

// ListedTags lists the tags of all containers that an actor may see, or of those in one
// collection if path is not zero, by name, at most limit. Anybody may ask. Errors: of one
// collection NotFound, Unauthenticated.
func (s *Service) ListedTags(ctx context.Context, actor model.Actor, path ref.Path, limit int) (list []model.ListedTag, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var c model.Collection
		if path != (ref.Path{}) {
			if c, err = s.collection(ctx, tx, actor, path); err != nil {
				return err
			}
			if err := s.allowCollection(actor, access.Read, c); err != nil {
				return err
			}
		}
		list, err = tx.ListedTags(ctx, actor, s.Settings().SignIn, c.ID, limit)
		return err
	})
	return list, errs.Wrap("registry.ListedTags", err)
}

// Arches lists the architectures of images that an actor may see. Anybody may ask.
func (s *Service) Arches(ctx context.Context, actor model.Actor) (list []string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.Arches(ctx, actor, s.Settings().SignIn)
		return err
	})
	return list, errs.Wrap("registry.Arches", err)
}

// Counts tells how many collections and containers an actor may see. Anybody may ask.
func (s *Service) Counts(ctx context.Context, actor model.Actor) (collections, containers int, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		collections, containers, err = tx.CountVisible(ctx, actor, s.Settings().SignIn)
		return err
	})
	return collections, containers, errs.Wrap("registry.Counts", err)
}

// LabelKeys lists the keys of labels that stand in images which an actor may see, with the
// number of those images. Anybody may ask.
func (s *Service) LabelKeys(ctx context.Context, actor model.Actor, p model.Page) (list []model.LabelCount, next string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.LabelKeys(ctx, actor, s.Settings().SignIn, p)
		return err
	})
	list, next = model.Cut(p, list, func(l model.LabelCount) string { return l.Key })
	return list, next, errs.Wrap("registry.LabelKeys", err)
}

// LabelValues lists the values of a key in images which an actor may see, with the number
// of those images. Anybody may ask; of a key that he may not know there are none.
func (s *Service) LabelValues(ctx context.Context, actor model.Actor, key string, p model.Page) (list []model.LabelCount, next string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err = tx.LabelValues(ctx, actor, s.Settings().SignIn, key, p)
		return err
	})
	list, next = model.Cut(p, list, func(l model.LabelCount) string { return l.Value })
	return list, next, errs.Wrap("registry.LabelValues", err)
}
