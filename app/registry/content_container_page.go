package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// ContainerPage is what the page of a container shows an actor.
type ContainerPage struct {
	Container model.Container
	Readme    model.Readme
	Starred   bool // by the actor
	// CanDescribe says that the actor may change the readme, and OpenToAll that callers
	// without credentials may pull.
	CanDescribe, OpenToAll bool
	Pulls                  model.Pulls
	Tags                   TagList
}

// ContainerPage gives the page of a container, with the tags that q asks for and the pulls of
// so many days. Whoever may see the container may ask. Errors: NotFound, Unauthenticated.
func (s *Service) ContainerPage(ctx context.Context, actor model.Actor, path ref.Path, q TagQuery, days int) (ContainerPage, error) {
	const op = "registry.ContainerPage"
	var page ContainerPage
	err := s.readContainer(ctx, actor, access.Read, path, func(tx *store.Tx, p store.Place) (err error) {
		page.CanDescribe, page.OpenToAll = s.can(actor, access.Describe, p), s.openToAll(p)
		if page.Container, err = tx.Container(ctx, p.Container); err != nil {
			return err
		}
		if page.Readme, err = tx.Readme(ctx, p.Container); err != nil {
			return err
		}
		if page.Starred, err = tx.HasStar(ctx, actor.UserID, p.Container); err != nil {
			return err
		}
		page.Pulls.Total = page.Container.Pulls
		if page.Pulls.Days, err = tx.ContainerPulls(ctx, p.Container, since(tx, days)); err != nil {
			return err
		}
		page.Tags, err = findTags(ctx, tx, p.Container, q)
		return err
	})
	if err != nil {
		return ContainerPage{}, errs.Wrap(op, err)
	}
	return page, nil
}
