package hub

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
)

// announce answers POST /api/upload/chunked_upload, the first step of a push, which names
// the image. All that can be refused is refused here: the Python client shows this step's
// answer, and exits with 0 whatever becomes of the second. Nothing is made yet. The "cid"
// is the collection's name as it was sent, so that the second step, which sends it back,
// can check the signature, which is over that name.
func (d *door) announce(c echo.Context) error {
	const op = "hub.announce"
	at := d.Now()
	var a announcement
	if err := httpx.ReadJSON(c, &a); err != nil {
		return errs.Wrap(op, err)
	}
	n := name{collection: a.Collection, container: a.Name, tag: a.Tag}
	actor, err := d.admit(c, n.signed("push"), at)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, tag, err := n.target()
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.Registry.AuthorizePush(c.Request().Context(), actor, path, tag); err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.Registry.CheckQuota(c.Request().Context(), actor, path, 0); err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, announced{a.Collection})
}

// upload answers POST /upload, the second step of a push: a form (RFC 7578) whose fields
// come before its file. The signature is checked before a byte of the file is read, by the
// hour in which the request began: an upload may take longer than that.
func (d *door) upload(c echo.Context) error {
	const op = "hub.upload"
	at := d.Now()
	f, err := readForm(c.Request())
	if err != nil {
		return errs.Wrap(op, err)
	}
	n := name{collection: f.fields["collection"], container: f.fields["name"], tag: f.fields["tag"]}
	actor, err := d.admit(c, n.signed("upload"), at)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, tag, err := n.target()
	if err != nil {
		return errs.Wrap(op, err)
	}
	image, err := d.Registry.Push(c.Request().Context(), actor, path, tag, f)
	if err != nil {
		return errs.Wrap(op, err)
	}
	httpx.Set(c, "digest", image.Content)
	return httpx.JSON(c, http.StatusOK, uploaded{Message: "Upload Complete", Version: ref.Dotted(image.Content)})
}
