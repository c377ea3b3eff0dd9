package library

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// send is PUT /v2/imagefile/_upload/SECRET: the bytes of a file or of a part. Only 200 is
// a success to the client, which shows no more than the number of any other status.
func (d *door) send(c echo.Context) error {
	const op = "library.send"
	t, actor, err := d.Identity.OpenUpload(c.Request().Context(), c.Param("secret"))
	if err := d.Limits.Admit(c, actor, err); err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.take(c, actor, t); err != nil {
		return never404(op, err)
	}
	c.Response().Header().Set("ETag", `"`+t.Upload+`"`) // which the client gives back, and nobody needs
	return c.NoContent(http.StatusOK)
}

// take takes the bytes that a ticket is for, once: they have to begin where the upload
// stands.
func (d *door) take(c echo.Context, actor model.Actor, t identity.UploadTicket) error {
	const op = "library.take"
	container, err := fullContainer(t.Container)
	if err != nil {
		return err
	}
	r := c.Request()
	if r.ContentLength >= 0 && r.ContentLength != t.Size {
		return errs.E(op, errs.Invalid, "%d bytes were announced, and %d are being sent; push the image again.", t.Size, r.ContentLength)
	}
	path := container.Path()
	body := httpx.Exactly(r.Body, t.Size, errs.E(op, errs.Invalid, "%d bytes were announced, and fewer came; push the image again.", t.Size))
	if t.Whole {
		return d.takeWhole(c, actor, path, t, body)
	}
	verified := newChecked(body, t.Digest)
	_, err = d.Registry.AppendUpload(r.Context(), actor, path, t.Upload, t.Offset, verified)
	switch {
	case errs.Is(err, errs.RangeInvalid):
		return usedUp(op)
	case err != nil:
		return err
	case !verified.good():
		if err := d.Registry.CancelUpload(r.Context(), actor, path, t.Upload); err != nil {
			return err
		}
		return errs.E(op, errs.DigestInvalid, "The part is not what was announced; push the image again.")
	}
	return nil
}

// takeWhole takes an upload in one piece, and ends it. Bytes that are not what was announced
// are thrown away, and yet answered by 200: the client then asks for completion, and shows
// its user the sentence it gets there, while here it would show "400" and nothing else.
func (d *door) takeWhole(c echo.Context, actor model.Actor, path ref.Path, t identity.UploadTicket, body io.Reader) error {
	_, err := d.Registry.FinishUploadWith(c.Request().Context(), actor, path, t.Upload, t.Offset, body, t.Digest)
	switch {
	case errs.Is(err, errs.RangeInvalid):
		return usedUp("library.takeWhole")
	case errs.Is(err, errs.DigestInvalid):
		httpx.Set(c, "digest_invalid", true)
		return nil
	}
	return err
}

func usedUp(op string) error {
	return errs.E(op, errs.Conflict, "This upload link was used already; push the image again.")
}

// checked sums up a part while it is read, if there is a sum to hold it to.
type checked struct {
	io.Reader
	verifier digest.Verifier
}

func newChecked(body io.Reader, sum digest.Digest) checked {
	if sum == "" {
		return checked{Reader: body}
	}
	v := sum.Verifier()
	return checked{io.TeeReader(body, v), v}
}

// good reports whether all that was read has the sum.
func (r checked) good() bool { return r.verifier == nil || r.verifier.Verified() }
