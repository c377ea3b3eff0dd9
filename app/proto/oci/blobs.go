package oci

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
)

// headerDigest tells the digest of what an answer is about.
const headerDigest = "Docker-Content-Digest"

// blob answers GET and HEAD /v2/<name>/blobs/<digest> (end-2).
func (d *door) blob(c echo.Context, t target) error {
	want, err := parseDigest(t.last)
	if err != nil {
		return err
	}
	f, container, err := d.Registry.OpenBlob(c.Request().Context(), httpx.Actor(c), t.name, want)
	if err != nil {
		return err
	}
	defer f.Close()
	c.Response().Header().Set(headerDigest, string(want))
	return httpx.ServeBlob(c, f, httpx.Blob{Digest: string(want), Type: echo.MIMEOctetStream,
		Whole: func() { d.Registry.Pulls.Count(container, want) },
		Part:  func() { d.Registry.Pulls.CountPartial(httpx.Actor(c), container, want) }})
}

// deleteBlob answers DELETE /v2/<name>/blobs/<digest> (end-10). Blobs go by themselves when
// no image uses them any more; so this is only for those who cannot wait.
func (d *door) deleteBlob(c echo.Context, t target) error {
	want, err := parseDigest(t.last)
	if err != nil {
		return err
	}
	if err := d.Registry.DeleteBlob(c.Request().Context(), httpx.Actor(c), t.name, want); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// parseDigest reads a digest that a client sent.
func parseDigest(s string) (digest.Digest, error) {
	d, err := ref.ParseDigest(s)
	if err != nil {
		return "", errs.Because("oci.parseDigest", errs.DigestInvalid, err, "%s", errs.Message(err))
	}
	return d, nil
}

// blobAddress is where a blob is found.
func blobAddress(name ref.Path, d digest.Digest) string {
	return prefix + name.String() + "/blobs/" + string(d)
}
