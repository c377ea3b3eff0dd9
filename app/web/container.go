package web

import (
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
	q := registry.TagQuery{Text: view.Text, Page: model.Page{After: c.QueryParam("after"), Limit: tagsAtATime}}
	if view.ByVersion {
		q.Order = registry.ByVersion
	}
	found, err := s.registry.ContainerPage(ctx, actor, path, q, templates.DownloadDays)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view.Container, view.Public, view.Readme = found.Container, found.Container.Public, found.Readme
	view.MayDescribe, view.Pulled = found.CanDescribe, found.Pulls
	view.Star = templates.Star{Container: found.Container.Name, Count: found.Container.Stars, SignedIn: !actor.IsAnonymous(), Given: found.Starred}
	if view.About, err = s.prose(view.Readme.Text); err != nil {
		return errs.Wrap(op, err)
	}
	view.Tags, view.All, view.Found = found.Tags.Tags, found.Tags.All, found.Tags.Found
	if found.Tags.Next != "" {
		view.More = view.Next(found.Tags.Next)
	}
	if example, ok := exampleOf(found.Tags.Tags); ok {
		view.Example = example.Tag
		view.Pulls = s.pulls(example, found.OpenToAll, actor)
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
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

// pulls are the ways to pull an image. Some clients send no credentials for a pull, and get
// it only where it is open to all.
func (s *Site) pulls(i model.Image, openToAll bool, actor model.Actor) []templates.Command {
	return puller{public: s.settings.Public, image: i, anonymous: openToAll, viewer: actor.Name}.commands()
}
