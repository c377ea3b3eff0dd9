package registry

import (
	"context"
	"slices"
	"strings"

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

// FindTags lists tags of a container for people to look at; Tags is for programs. All
// names are read and put in order, which for ten thousand takes some 30 ms. Whoever may
// see the container may ask. Errors: NotFound, Unauthenticated.
func (s *Service) FindTags(ctx context.Context, actor model.Actor, path ref.Path, q TagQuery) (TagList, error) {
	const op = "registry.FindTags"
	var l TagList
	err := s.look(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) error {
		tags, err := tx.TagStamps(ctx, p.Container)
		if err != nil {
			return err
		}
		l.All = len(tags)
		tags = slices.DeleteFunc(tags, func(t model.Tag) bool { return !strings.Contains(strings.ToLower(t.Name), strings.ToLower(q.Text)) })
		l.Found = len(tags)
		sortTags(tags, q.Order)
		if last := slices.IndexFunc(tags, func(t model.Tag) bool { return t.Name == q.Page.After }); last >= 0 {
			tags = tags[last+1:]
		}
		l.Tags, l.Next = model.Cut(q.Page, tags, func(t model.Tag) string { return t.Name })
		return tx.Tagged(ctx, p.Container, l.Tags)
	})
	if err != nil {
		return TagList{}, errs.Wrap(op, err)
	}
	return l, nil
}
