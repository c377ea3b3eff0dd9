package library

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
)

// download is GET and HEAD /v1/imagefile/NAME:REFERENCE?arch=. It is one stream: with a
// redirect (303) the clients fetch parts, and write whatever comes into the file, errors
// too.
func (d *door) download(c echo.Context) error {
	const op = "library.download"
	image, err := d.find(c, files)
	if err != nil {
		return errs.Wrap(op, err)
	}
	f, err := d.Registry.OpenFile(image)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer f.Close()
	httpx.Set(c, "digest", image.Content)
	return httpx.ServeBlob(c, f, httpx.Blob{Digest: image.Content.String(), Type: echo.MIMEOctetStream, Name: image.FileName(),
		Whole: func() { d.Registry.Pulls.Count(image.ContainerID, image.Content) },
		Part:  func() { d.Registry.Pulls.CountPartial(httpx.Actor(c), image.ContainerID, image.Content) }})
}
