package oci

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// beginUpload answers POST /v2/<name>/blobs/uploads/: a new upload (end-4a), or a whole
// blob with ?digest= (end-4b), or one that is there already with ?mount=&from= (end-11).
func (d *door) beginUpload(c echo.Context, t target) error {
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if text := c.QueryParam("digest"); text != "" {
		want, err := parseDigest(text)
		if err != nil {
			return err
		}
		if err := d.Registry.PutBlob(ctx, actor, t.name, want, c.Request().Body); err != nil {
			return err
		}
		return created(c, want, blobAddress(t.name, want))
	}
	if done, err := d.mount(c, t); done || err != nil {
		return err
	}
	up, err := d.Registry.BeginUpload(ctx, actor, t.name, registry.Announcement{})
	if err != nil {
		return err
	}
	stands(c, t.name, up)
	return c.NoContent(http.StatusAccepted)
}

// mount answers a request for a blob of another repository, or with no from, of any. If it
// cannot be had there, for whatever reason, nothing is done and the client has to upload it.
func (d *door) mount(c echo.Context, t target) (done bool, err error) {
	text, source := c.QueryParam("mount"), c.QueryParam("from")
	if text == "" {
		return false, nil
	}
	want, err := parseDigest(text)
	if err != nil {
		return false, err
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if source == "" {
		err = d.Registry.MountVisible(ctx, actor, t.name, want)
	} else {
		from, bad := ref.ParsePath(source)
		if bad != nil {
			return false, nil
		}
		err = d.Registry.MountBlob(ctx, actor, t.name, from, want)
	}
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unauthenticated) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, created(c, want, blobAddress(t.name, want))
}

// appendUpload answers PATCH /v2/<name>/blobs/uploads/<id> (end-5). Docker streams a whole
// blob into one such request, without Content-Range.
func (d *door) appendUpload(c echo.Context, t target) error {
	part, err := readChunk(c.Request())
	if err != nil {
		return err
	}
	up, err := d.Registry.AppendUpload(c.Request().Context(), httpx.Actor(c), t.name, t.last, part.offset, part.body)
	if err == nil || errs.Is(err, errs.RangeInvalid) {
		stands(c, t.name, up)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// finishUpload answers PUT /v2/<name>/blobs/uploads/<id>?digest= (end-6), with the last
// chunk, the only one, or none.
func (d *door) finishUpload(c echo.Context, t target) error {
	want, err := parseDigest(c.QueryParam("digest"))
	if err != nil {
		return err
	}
	part, err := readChunk(c.Request())
	if err != nil {
		return err
	}
	up, err := d.Registry.FinishUploadWith(c.Request().Context(), httpx.Actor(c), t.name, t.last, part.offset, part.body, want)
	if errs.Is(err, errs.RangeInvalid) {
		stands(c, t.name, up)
	}
	if err != nil {
		return err
	}
	return created(c, want, blobAddress(t.name, want))
}

// uploadStatus answers GET /v2/<name>/blobs/uploads/<id> (end-13).
func (d *door) uploadStatus(c echo.Context, t target) error {
	up, err := d.Registry.Upload(c.Request().Context(), httpx.Actor(c), t.name, t.last)
	if err != nil {
		return err
	}
	stands(c, t.name, up)
	return c.NoContent(http.StatusNoContent)
}

// cancelUpload answers DELETE /v2/<name>/blobs/uploads/<id> (end-14).
func (d *door) cancelUpload(c echo.Context, t target) error {
	if err := d.Registry.CancelUpload(c.Request().Context(), httpx.Actor(c), t.name, t.last); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// stands tells where an upload is and how far. The range is of bytes that have come, so
// that none at all cannot be said: docker wants one all the same, and by old habit gets
// "0-0".
func stands(c echo.Context, name ref.Path, up registry.Upload) {
	h := c.Response().Header()
	h.Set(echo.HeaderLocation, prefix+name.String()+"/blobs/uploads/"+up.ID)
	h.Set("Range", "0-"+strconv.FormatInt(max(up.Offset-1, 0), 10))
	h.Set("Docker-Upload-Uuid", up.ID)
}
