package library

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/identity"
)

// partSize is how large the parts of an upload are, in bytes; only the last is smaller.
// The clients send files up to this size in one piece.
const partSize = 64 << 20

// beginParts is POST /v2/imagefile/IMAGE/_multipart. The client need not read every part
// twice so as to send its sum: that of the whole is compared at the end.
func (d *door) beginParts(c echo.Context) error {
	_, size, id, err := d.begin(c)
	if err != nil {
		return never404("library.beginParts", err)
	}
	return answer(c, partsStarted{Upload: id, Parts: (size-1)/partSize + 1, PartSize: partSize,
		Options: map[string]string{"s3compliant": "false"}})
}

// nextPart is PUT /v2/imagefile/IMAGE/_multipart: where to send a part. They come one after
// the other, and whether one is due is said here rather than at its address, where the
// client shows no sentence.
func (d *door) nextPart(c echo.Context) error {
	const op = "library.nextPart"
	u, err := parseImageID(c.Param("image"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	var body newPart
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap(op, err)
	}
	if body.Number < 1 || body.Number > math.MaxInt64/partSize || body.Size < 1 || body.Size > partSize {
		return errs.E(op, errs.Invalid, "Part %d of %d bytes cannot be; parts are numbered from 1, and have at most %d bytes.", body.Number, body.Size, partSize)
	}
	sum, err := parseSum(body.SHA256)
	if err != nil {
		return errs.Wrap(op, err)
	}
	up, err := d.Registry.Upload(c.Request().Context(), httpx.Actor(c), u.container.Path(), body.Upload)
	if err != nil {
		return never404(op, err)
	}
	offset := (body.Number - 1) * partSize
	if up.Offset != offset {
		return errs.E(op, errs.Conflict, "Part %d is not the next one: %d bytes have come. Send the parts one after the other, each once.", body.Number, up.Offset)
	}
	return answer(c, partStarted{d.uploadAddress(c, identity.UploadTicket{
		Upload: up.ID, Container: u.container.Full(), Offset: offset, Size: body.Size, Digest: sum})})
}

// completeParts is PUT /v2/imagefile/IMAGE/_multipart_complete. What the client says of the
// parts is not needed: they came in their order, and the sum of the whole says the rest.
func (d *door) completeParts(c echo.Context) error {
	const op = "library.completeParts"
	u, body, err := readEnd(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = d.Registry.FinishUpload(c.Request().Context(), httpx.Actor(c), u.container.Path(), body.Upload, u.file)
	if errs.Is(err, errs.DigestInvalid) {
		return errs.E(op, errs.DigestInvalid, "What came is not the image %s: a part is missing, or was damaged. Push it again.", u.file)
	}
	if err != nil {
		return never404(op, err)
	}
	return d.complete(c, u)
}

// abortParts is PUT /v2/imagefile/IMAGE/_multipart_abort.
func (d *door) abortParts(c echo.Context) error {
	const op = "library.abortParts"
	u, body, err := readEnd(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.Registry.CancelUpload(c.Request().Context(), httpx.Actor(c), u.container.Path(), body.Upload); err != nil {
		return never404(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

func readEnd(c echo.Context) (upload, endOfParts, error) {
	u, err := parseImageID(c.Param("image"))
	if err != nil {
		return upload{}, endOfParts{}, err
	}
	var body endOfParts
	return u, body, httpx.ReadLooseJSON(c, &body)
}
