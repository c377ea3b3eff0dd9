package library

import (
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/registry"
)

// uploadAtOnce is POST /v1/imagefile/IMAGE, the upload of clients which know of no other.
func (d *door) uploadAtOnce(c echo.Context) error {
	const op = "library.uploadAtOnce"
	u, err := parseImageID(c.Param("image"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.Registry.PutBlob(c.Request().Context(), httpx.Actor(c), u.container.Path(), u.file, c.Request().Body); err != nil {
		return errs.Wrap(op, err)
	}
	return d.complete(c, u)
}

// beginUpload is POST /v2/imagefile/IMAGE: where to send a file. Its MD5, which clients
// send too, is not looked at: the SHA-256 says all that it could.
func (d *door) beginUpload(c echo.Context) error {
	u, size, id, err := d.begin(c)
	if err != nil {
		return never404("library.beginUpload", err)
	}
	return answer(c, uploadStarted{d.uploadAddress(c, identity.UploadTicket{
		Upload: id, Container: u.container.Full(), Size: size, Digest: u.file, Whole: true})})
}

// begin begins the upload of an image's file, of which the request says the size.
func (d *door) begin(c echo.Context) (u upload, size int64, id string, err error) {
	const op = "library.begin"
	if u, err = parseImageID(c.Param("image")); err != nil {
		return u, 0, "", err
	}
	var body newUpload
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return u, 0, "", err
	}
	if body.Size <= 0 {
		return u, 0, "", errs.E(op, errs.Invalid, "The filesize is %d; send that of the image, in bytes.", body.Size)
	}
	if body.SHA256 != "" && !strings.EqualFold(body.SHA256, u.file.Encoded()) {
		return u, 0, "", errs.E(op, errs.Invalid, "The sha256sum %s is not that of the image, %s; begin the push anew.", errs.Clip(body.SHA256), u.file.Encoded())
	}
	started, err := d.Registry.BeginUpload(c.Request().Context(), httpx.Actor(c), u.container.Path(), registry.Announcement{Bytes: body.Size, Digest: u.file})
	return u, body.Size, started.ID, err
}

// uploadAddress gives an address that needs no credentials: clients send none to it.
func (d *door) uploadAddress(c echo.Context, t identity.UploadTicket) string {
	return d.address() + uploads + d.Identity.SignUpload(httpx.Actor(c), t)
}

// completeUpload is PUT /v2/imagefile/IMAGE/_complete.
func (d *door) completeUpload(c echo.Context) error {
	const op = "library.completeUpload"
	u, err := parseImageID(c.Param("image"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	return d.complete(c, u)
}

// complete makes an image of a file that has come, and tells where it can be seen.
func (d *door) complete(c echo.Context, u upload) error {
	const op = "library.complete"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if _, err := d.Registry.CreateFileImage(ctx, actor, u.container.Path(), u.file, u.description); err != nil {
		return never404(op, err)
	}
	used, err := d.Registry.EffectiveUsage(ctx, actor, u.container.Collection.Path())
	if err != nil {
		return never404(op, err)
	}
	return answer(c, uploadComplete{Quota: quota{Total: used.Quota, Usage: used.Used}, Page: "containers/" + u.container.Full() + ":sha256." + u.file.Encoded()})
}

// parseSum reads a SHA-256 in hexadecimal digits; "" is none.
func parseSum(text string) (digest.Digest, error) {
	if text == "" {
		return "", nil
	}
	d := digest.NewDigestFromEncoded(digest.SHA256, strings.ToLower(text))
	if d.Validate() != nil {
		return "", errs.E("library.parseSum", errs.Invalid, "The sha256sum %q is not one; send 64 hexadecimal digits.", errs.Clip(text))
	}
	return d, nil
}
