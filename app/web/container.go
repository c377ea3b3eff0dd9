package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// tagsAtATime is how many tags a container's page shows.
const tagsAtATime = 25

// maxFind bounds what is looked for in the names of tags, in bytes; a tag has 128 at most.
const maxFind = 128

// container is GET /containers/{namespace}/{collection}/{container}.
func (s *Site) container(c echo.Context, path ref.Path) error {
	const op = "web.container"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	find := c.QueryParam("find")
	view := templates.Container{Text: find[:min(len(find), maxFind)], ByVersion: c.QueryParam("order") == "version",
		First: c.QueryParam("after") == "", Now: s.settings.Now()}
	var err error
	if view.Container, err = s.registry.Container(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	view.Public = view.Container.Public
	view.Star = templates.Star{Container: view.Container.Name, Count: view.Container.Stars, SignedIn: !actor.IsAnonymous()}
	if view.Star.Given, err = s.registry.HasStar(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	if view.Readme, err = s.registry.Readme(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	if view.About, err = s.prose(view.Readme.Text); err != nil {
		return errs.Wrap(op, err)
	}
	if view.MayDescribe, err = s.registry.CanDescribe(ctx, actor, path); err != nil {
		return errs.Wrap(op, err)
	}
	if view.Pulled, err = s.registry.ContainerPulls(ctx, actor, path, templates.DownloadDays); err != nil {
		return errs.Wrap(op, err)
	}
	if err = s.fillTags(ctx, actor, path, model.Page{After: c.QueryParam("after"), Limit: tagsAtATime}, &view); err != nil {
		return errs.Wrap(op, err)
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// fillTags adds the tags that were asked for, and the ways to pull one of them.
func (s *Site) fillTags(ctx context.Context, actor model.Actor, path ref.Path, page model.Page, view *templates.Container) error {
	q := registry.TagQuery{Text: view.Text, Page: page}
	if view.ByVersion {
		q.Order = registry.ByVersion
	}
	tags, err := s.registry.FindTags(ctx, actor, path, q)
	if err != nil {
		return err
	}
	view.Tags, view.All, view.Found = tags.Tags, tags.All, tags.Found
	if tags.Next != "" {
		view.More = view.Next(tags.Next)
	}
	example, ok := exampleOf(tags.Tags)
	if ok {
		view.Example = example.Tag
		view.Pulls = s.pulls(ctx, actor, example)
	}
	return nil
}

// exampleOf takes the image whose ways to pull are shown: that of the tag latest, or of
// the first in the list.
func exampleOf(tags []model.Tag) (model.Image, bool) {
	var first model.Image
	for _, t := range tags {
		if len(t.Images) > 0 && (first.ID == 0 || t.Name == ref.Latest) {
			first = t.Images[0]
		}
	}
	return first, first.ID != 0
}

// pulls are the ways to pull an image. Some clients send no credentials for a pull;
// whether they get it is for the core to say.
func (s *Site) pulls(ctx context.Context, actor model.Actor, i model.Image) []templates.Command {
	_, closed := s.registry.Container(ctx, model.Anonymous, i.Container.Path())
	return puller{public: s.settings.Public, image: i, anonymous: closed == nil, viewer: actor.Name}.commands()
}
