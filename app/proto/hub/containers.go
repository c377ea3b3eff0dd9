package hub

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// containers answers GET /api/containers/.
func (d *door) containers(c echo.Context) error {
	const op = "hub.containers"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	images, err := d.images(c, actor, registry.ImageFilter{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerList(d, c, d.listed(images)))
}

// containerByID answers GET /api/containers/ID/.
func (d *door) containerByID(c echo.Context) error {
	const op = "hub.containerByID"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	id, err := strconv.ParseInt(segment(c, "id"), 10, 64)
	if err != nil {
		return errs.E(op, errs.NotFound, "Containers have numbers here; %q is not one.", errs.Clip(segment(c, "id")))
	}
	ctx := c.Request().Context()
	image, err := d.Registry.ImageByID(ctx, actor, id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	image, report, err := d.Registry.Inspect(ctx, actor, image.Container.Path(), ref.Reference{Digest: image.Digest}, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	image.Tag = firstOf(image.Tags)
	m := d.container(image)
	if report != nil {
		m.Metadata = report
	}
	return httpx.JSON(c, http.StatusOK, m)
}

// search answers GET /api/container/search/[collection/C/]name/N[/tag/T]: exact matches,
// as a bare list.
func (d *door) search(c echo.Context) error {
	const op = "hub.search"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	images, err := d.images(c, actor, registry.ImageFilter{
		Collection: strings.ToLower(segment(c, "collection")),
		Container:  strings.ToLower(segment(c, "name")),
		Tag:        segment(c, "tag"),
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, d.listed(images))
}

// listed writes images down for a list.
func (d *door) listed(images []model.Image) []container {
	list := make([]container, 0, len(images))
	for _, i := range images {
		list = append(list, d.container(i))
	}
	return list
}
