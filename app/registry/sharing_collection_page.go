package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// maxShownTags bounds the tags that a list shows of each container.
const maxShownTags = 8

// ContainerQuery asks for a part of a collection's containers.
type ContainerQuery struct {
	Text  string // words in the names; empty for all
	Order model.Order
	Page  model.Page
}

// ContainerListing is a container in the list of its collection, with its newest tags.
type ContainerListing struct {
	model.Container
	Newest []model.Tag // without their images
}

// CollectionPage is what the page of a collection shows an actor.
type CollectionPage struct {
	Collection model.Collection
	Containers []ContainerListing
	Next       string // the cursor of the next part; empty at the end
	// CanPush says that the actor may push here, and CanManage that they may manage the
	// collection, and so see its Roles.
	CanPush, CanManage bool
	Roles              []model.RoleAssignment
}

// CollectionPage gives the page of a collection, with the containers that q asks for. Whoever
// may see the collection may ask. Errors: NotFound, Unauthenticated; Invalid for an unknown
// order or a bad cursor.
func (s *Service) CollectionPage(ctx context.Context, actor model.Actor, path ref.Path, q ContainerQuery) (CollectionPage, error) {
	const op = "registry.CollectionPage"
	var page CollectionPage
	err := s.readCollection(ctx, actor, access.Read, path, func(tx *store.Tx, c model.Collection) error {
		page.Collection = c
		page.CanPush, page.CanManage = s.canCollection(actor, access.Push, c), s.canCollection(actor, access.Manage, c)
		rows, err := tx.FindContainers(ctx, actor, s.Settings().SignIn,
			store.ContainerFilter{Collection: c.ID, Words: store.Words(q.Text), Order: q.Order}, q.Page)
		if err != nil {
			return err
		}
		rows, page.Next = model.Cut(q.Page, rows, func(r store.ContainerRow) string { return r.Cursor })
		tags, err := tx.NewestTags(ctx, containersOf(rows), maxShownTags)
		if err != nil {
			return err
		}
		for _, r := range rows {
			page.Containers = append(page.Containers, ContainerListing{r.Container, tags[r.ID]})
		}
		if page.CanManage {
			page.Roles, err = tx.Roles(ctx, c.ID)
		}
		return err
	})
	if err != nil {
		return CollectionPage{}, errs.Wrap(op, err)
	}
	return page, nil
}

// CollectionSettings is what the page to manage a collection shows an actor.
type CollectionSettings struct {
	Collection model.Collection
	Roles      []model.RoleAssignment
	Usage      model.Usage
	// Namespace is the usage of its namespace; nil if it is not the actor's to know.
	Namespace *model.Usage
	// CanSetQuota says that the actor may set quotas.
	CanSetQuota   bool
	Rules         []model.RetentionRule
	Users         []string // to suggest: those whom the actor knows of anyway
	Teams         []string // the actor's
	Deletions     []model.Deletion
	NextDeletions string // the cursor of the next part; empty at the end
}

// CollectionSettings gives the page to manage a collection, with a part of what was deleted in
// it. The collection's owners may ask. Errors: NotFound, Forbidden, Unauthenticated, Invalid
// for a bad cursor.
func (s *Service) CollectionSettings(ctx context.Context, actor model.Actor, path ref.Path, deletions model.Page) (CollectionSettings, error) {
	const op = "registry.CollectionSettings"
	var page CollectionSettings
	err := s.readCollection(ctx, actor, access.Manage, path, func(tx *store.Tx, c model.Collection) (err error) {
		page.Collection = c
		if err := requireSignedIn(op, actor, model.ScopeRead); err != nil {
			return err
		}
		if page.Roles, err = tx.Roles(ctx, c.ID); err != nil {
			return err
		}
		if page.Rules, err = tx.RetentionRules(ctx, c.ID); err != nil {
			return err
		}
		if err := s.fillUsage(ctx, tx, actor, &page); err != nil {
			return err
		}
		if err := s.fillSuggestions(ctx, tx, actor, &page); err != nil {
			return err
		}
		if err := s.allowCollection(actor, access.Delete, c); err != nil {
			return err
		}
		page.Deletions, page.NextDeletions, err = s.deletionsOf(ctx, tx, actor, c.ID, 0, deletions)
		return err
	})
	if err != nil {
		return CollectionSettings{}, errs.Wrap(op, err)
	}
	return page, nil
}

// fillUsage adds what the collection uses and, if the actor may know, its namespace.
func (s *Service) fillUsage(ctx context.Context, tx *store.Tx, actor model.Actor, page *CollectionSettings) error {
	page.CanSetQuota = access.CanAdminister(actor) == access.Allow
	l, err := s.quotas(ctx, tx, page.Collection.Name)
	if err != nil {
		return err
	}
	page.Usage = l.Collection
	page.Namespace, err = s.knownUsage(ctx, tx, actor, page.Collection.Name.Namespace)
	return err
}

// fillSuggestions adds the users and teams that the form for a role suggests.
func (s *Service) fillSuggestions(ctx context.Context, tx *store.Tx, actor model.Actor, page *CollectionSettings) (err error) {
	if page.Users, err = tx.KnownUsers(ctx, actor.UserID, maxSuggestions); err != nil {
		return err
	}
	all := model.Page{Limit: model.MaxLimit}
	teams, err := tx.Teams(ctx, actor.UserID, store.MyTeams, all)
	teams, _ = model.Cut(all, teams, func(t model.Team) string { return t.Name })
	for _, t := range teams {
		page.Teams = append(page.Teams, t.Name)
	}
	return err
}
