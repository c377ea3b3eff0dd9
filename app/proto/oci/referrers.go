package oci

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	manifests "sregistry/app/manifest"
)

// referrers answers GET /v2/<name>/referrers/<digest>?artifactType= (end-12a, end-12b): an
// index of what refers to a manifest, page by page.
func (d *door) referrers(c echo.Context, t target) error {
	subject, err := parseDigest(t.last)
	if err != nil {
		return err
	}
	after, err := readCursor(c.QueryParam("after"))
	if err != nil {
		return err
	}
	artifactType := c.QueryParam("artifactType")
	list, more, err := d.Registry.Referrers(c.Request().Context(), httpx.Actor(c), t.name, subject, artifactType, after)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	query := url.Values{}
	if artifactType != "" {
		h.Set("OCI-Filters-Applied", "artifactType")
		query.Set("artifactType", artifactType)
	}
	if more != 0 {
		query.Set("after", strconv.FormatInt(more, 10))
		next(c, prefix+t.name.String()+"/referrers/"+string(subject), query)
	}
	index := referrerIndex{SchemaVersion: 2, MediaType: manifests.OCIIndex, Manifests: make([]descriptor, 0, len(list))}
	for _, r := range list {
		index.Manifests = append(index.Manifests, descriptor{r.MediaType, r.Digest, r.Size, r.ArtifactType, r.Annotations})
	}
	body, err := json.Marshal(index)
	if err != nil {
		return errs.Wrap("oci.referrers", err)
	}
	return httpx.Bytes(c, http.StatusOK, manifests.OCIIndex, body)
}

// readCursor reads where a list goes on.
func readCursor(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, coded("PAGINATION_NUMBER_INVALID", errs.E("oci.readCursor", errs.Invalid, "The query's after is none that was given here."))
	}
	return int64(n), nil
}

// next tells where a list goes on (RFC 5988).
func next(c echo.Context, path string, query url.Values) {
	c.Response().Header().Set("Link", "<"+path+"?"+query.Encode()+`>; rel="next"`)
}
