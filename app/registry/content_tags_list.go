package registry

import (
	"context"
	"slices"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// TagOrder is an order of tags for people.
type TagOrder int

// The orders: what was pushed last comes first, or the highest version.
const (
	ByTime TagOrder = iota
	ByVersion
)

// TagQuery asks for a part of a container's tags.
type TagQuery struct {
	Text  string // somewhere in the name; empty for all
	Order TagOrder
	Page  model.Page // its cursor is the name of the last tag
}

// TagList is a part of a container's tags, with what they name.
type TagList struct {
	Tags []model.Tag
	// All is how many tags the container has, and Found how many of them were asked for.
	All, Found int
	Next       string // the cursor of the next part; empty at the end
}

// FindTags lists tags of a container for people; Tags is for programs. By time
// only the part that is asked for is read; to put versions in order takes all names, some
// 30 ms for ten thousand. Whoever may see the container may ask. Errors: NotFound,
// Unauthenticated.
func (s *Service) FindTags(ctx context.Context, actor model.Actor, path ref.Path, q TagQuery) (TagList, error) {
	const op = "registry.FindTags"
	var l TagList
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		l, err = findTags(ctx, tx, p.Container, q)
		return err
	})
	if err != nil {
		return TagList{}, errs.Wrap(op, err)
	}
	return l, nil
}

func findTags(ctx context.Context, tx *store.Tx, container int64, q TagQuery) (l TagList, err error) {
	if l.All, l.Found, err = tx.CountTags(ctx, container, q.Text); err != nil {
		return l, err
	}
	after, most := q.Page.After, q.Page.Size()+1
	if q.Order == ByVersion {
		after, most = "", l.Found
	}
	tags, err := tx.TagStamps(ctx, container, q.Text, after, most)
	if err != nil {
		return l, err
	}
	sortTags(tags, q.Order)
	if last := slices.IndexFunc(tags, func(t model.Tag) bool { return t.Name == q.Page.After }); last >= 0 {
		tags = tags[last+1:]
	}
	l.Tags, l.Next = model.Cut(q.Page, tags, func(t model.Tag) string { return t.Name })
	return l, tx.Tagged(ctx, container, l.Tags)
}
