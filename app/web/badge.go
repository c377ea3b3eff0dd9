package web

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/templates"
)

// badge is GET /badge/{namespace}/{collection}/{container}.svg. It shows what anybody may
// see, whoever asks: it is for pages elsewhere. What is hidden and what does not exist
// look alike.
func (s *Site) badge(c echo.Context) error {
	const op = "web.badge"
	name, isPicture := strings.CutSuffix(c.Param("*"), ".svg")
	path, err := namedContainer(c, name)
	if err != nil || !isPicture {
		return errs.E(op, errs.NotFound, "Badge not found. Its address must end in .svg.")
	}
	ctx, status := c.Request().Context(), http.StatusOK
	view := templates.Badge{Name: name}
	tags, err := s.registry.FindTags(ctx, model.Anonymous, path, registry.TagQuery{Page: model.Page{Limit: 1}})
	switch {
	case errs.Is(err, errs.NotFound), errs.Is(err, errs.Unauthenticated):
		view.Unknown, status = true, http.StatusNotFound
	case err != nil:
		return errs.Wrap(op, err)
	case len(tags.Tags) == 0 || len(tags.Tags[0].Images) == 0:
		view.Unknown = true
	default:
		newest := tags.Tags[0]
		view.Name, view.Tag, view.Size = newest.Images[0].Container.String(), newest.Name, newest.Images[0].Size
	}
	var picture bytes.Buffer
	if err := view.View().Render(ctx, &picture); err != nil {
		return errs.Wrap(op, err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=300")
	return httpx.Bytes(c, status, "image/svg+xml", picture.Bytes())
}
