package v1

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// image is GET /api/v1/containers/{container}/images/{reference}?arch=.
func (d *door) image(c echo.Context) error {
	const op = "v1.image"
	path, reference, err := imageParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	found, report, err := d.registry.Inspect(ctx, actor, path, reference, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	contents, err := d.registry.Contents(ctx, actor, path, reference, found)
	if err != nil {
		return errs.Wrap(op, err)
	}
	sound, err := d.registry.ImageIntegrity(ctx, actor, path, found)
	if err != nil {
		return errs.Wrap(op, err)
	}
	out := d.wireImage(found)
	out.Contents, out.Verified = wireContents(contents), moment(sound.Verified)
	if report != nil {
		out.Report = json.RawMessage(report)
	}
	return httpx.JSON(c, http.StatusOK, out)
}

// deleteImage is DELETE /api/v1/containers/{container}/images/{digest}. A tag is refused
// here: to take a tag away and to remove the image behind it are two things.
func (d *door) deleteImage(c echo.Context) error {
	const op = "v1.deleteImage"
	path, digest, err := digestParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	undo, err := d.registry.DeleteImage(c.Request().Context(), httpx.Actor(c), path, digest)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return undoable(c, undo)
}

// images is GET /api/v1/images?q=&collection=&container=&tag=.
func (d *door) images(c echo.Context) error {
	filter := registry.ImageFilter{Text: c.QueryParam("q"), Collection: c.QueryParam("collection"),
		Container: c.QueryParam("container"), Tag: c.QueryParam("tag")}
	return errs.Wrap("v1.images", answerPage(c, d.wireImage, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Image, string, error) {
		return d.registry.Images(ctx, actor, filter, page)
	}))
}

// labels is GET /api/v1/labels?key=&value=.
func (d *door) labels(c echo.Context) error {
	key, value := c.QueryParam("key"), c.QueryParam("value")
	return errs.Wrap("v1.labels", answerPage(c, wireLabel, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Label, string, error) {
		return d.registry.Labels(ctx, actor, key, value, page)
	}))
}
