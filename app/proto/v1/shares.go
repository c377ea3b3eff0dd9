package v1

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// share is POST /api/v1/containers/{container}/images/{reference}/shares?arch=.
func (d *door) share(c echo.Context) error {
	const op = "v1.share"
	path, reference, err := imageParam(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	lasts, err := readExpiry(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, actor, arch := c.Request().Context(), httpx.Actor(c), c.QueryParam("arch")
	made, secret, err := d.registry.Share(ctx, actor, path, reference, arch, lasts)
	if err != nil {
		return errs.Wrap(op, err)
	}
	image, err := d.registry.SharedImage(ctx, secret)
	if err != nil {
		return errs.Wrap(op, err)
	}
	out := wireShare(made)
	out.Link = d.address + "/share/" + secret + "/" + image.FileName()
	return httpx.JSON(c, http.StatusCreated, out)
}

// shares is GET /api/v1/containers/{container}/shares.
func (d *door) shares(c echo.Context) error {
	const op = "v1.shares"
	path, err := pathParam(c, "container")
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireShare, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Share, string, error) {
		return d.registry.Shares(ctx, actor, path, page)
	}))
}

// unshare is DELETE /api/v1/shares/{share}.
func (d *door) unshare(c echo.Context) error {
	const op = "v1.unshare"
	id, err := numberParam(c, "share")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Unshare(c.Request().Context(), httpx.Actor(c), id); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
