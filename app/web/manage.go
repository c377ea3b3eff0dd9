package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/templates"
)

// manage is GET /manage/{namespace}/{collection}/*: the forms that change a container, or
// a tag or image in it.
func (s *Site) manage(c echo.Context) error {
	const op = "web.manage"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	p, err := readPlace(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.showManaged(c, actor, p, nil)
}

// showManaged shows that page, with what was wrong with a form.
func (s *Site) showManaged(c echo.Context, actor model.Actor, p place, problems templates.Problems) error {
	const op = "web.showManaged"
	ctx, status := c.Request().Context(), http.StatusOK
	if problems != nil {
		status = http.StatusUnprocessableEntity
	}
	// Who may see the links may do everything here; others are told so.
	shares, more, err := s.registry.Shares(ctx, actor, p.Path, model.Page{After: c.QueryParam("links")})
	if err != nil {
		return errs.Wrap(op, err)
	}
	frame := templates.Managed{Shares: shares, MoreShares: moreBy(p.here(), "links", more), Problems: problems, Now: s.settings.Now(), Base: s.base()}
	if frame.Container, err = s.registry.Container(ctx, actor, p.Path); err != nil {
		return errs.Wrap(op, err)
	}
	var page httpx.Component
	if p.Reference.IsZero() {
		page, err = s.managedContainer(ctx, c, actor, p, frame)
	} else {
		page, err = s.managedImage(ctx, c, actor, p, frame)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return render(c, status, page)
}

func (s *Site) managedContainer(ctx context.Context, c echo.Context, actor model.Actor, p place, frame templates.Managed) (httpx.Component, error) {
	tags, nextTag, err := s.registry.Tags(ctx, actor, p.Path, model.Page{After: c.QueryParam("tags")})
	if err != nil {
		return nil, err
	}
	gone, nextGone, err := s.registry.Deletions(ctx, actor, registry.DeletionFilter{Container: p.Path}, model.Page{After: c.QueryParam("deleted")})
	if err != nil {
		return nil, err
	}
	frame.Page = s.page(c)
	return templates.ManageContainer{Managed: frame, Tags: tags, MoreTags: moreBy(p.here(), "tags", nextTag),
		Deletions: gone, MoreDeletions: moreBy(p.here(), "deleted", nextGone)}.View(), nil
}

func (s *Site) managedImage(ctx context.Context, c echo.Context, actor model.Actor, p place, frame templates.Managed) (httpx.Component, error) {
	i, _, err := s.registry.Inspect(ctx, actor, p.Path, p.Reference, "")
	if err != nil {
		return nil, err
	}
	frame.Page = s.page(c)
	return templates.ManageImage{Managed: frame, Image: i}.View(), nil
}
