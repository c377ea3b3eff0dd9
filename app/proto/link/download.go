package link

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// share answers GET and HEAD /share/SECRET[/FILENAME]: a link that an owner made.
func (d *door) share(c echo.Context) error {
	const op = "link.share"
	if err := d.Limits.Allow(c, model.Anonymous); err != nil {
		return errs.Wrap(op, err)
	}
	image, err := d.Registry.SharedImage(c.Request().Context(), c.Param("secret"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, d.send(c, image))
}

// download answers GET and HEAD /download/TICKET. A ticket opens no more than its user may
// still read when it is used.
func (d *door) download(c echo.Context) error {
	const op = "link.download"
	ctx := c.Request().Context()
	id, actor, err := d.Identity.OpenTicket(ctx, c.Param("secret"))
	if err := d.Limits.Admit(c, actor, err); err != nil {
		return errs.Wrap(op, err)
	}
	image, err := d.Registry.ImageByID(ctx, httpx.Actor(c), id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, d.send(c, image))
}

// send sends an image's file, whole or in the parts that were asked for.
func (d *door) send(c echo.Context, image model.Image) error {
	f, err := d.Registry.OpenFile(image)
	if err != nil {
		return err
	}
	defer f.Close()
	httpx.Set(c, "digest", image.Content)
	// Neither proxies nor browsers may keep what stands behind a secret address.
	c.Response().Header().Set(echo.HeaderCacheControl, "private, no-store")
	return httpx.ServeBlob(c, f, httpx.Blob{Digest: image.Content.String(), Type: echo.MIMEOctetStream, Name: image.FileName(),
		Whole: func() { d.Registry.Pulls.Count(image.ContainerID, image.Content) },
		Part:  func() { d.Registry.Pulls.CountPartial(httpx.Actor(c), image.ContainerID, image.Content) }})
}
