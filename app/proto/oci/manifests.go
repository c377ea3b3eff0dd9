package oci

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	manifests "sregistry/app/manifest"
	"sregistry/app/ref"
)

// manifest answers GET and HEAD /v2/<name>/manifests/<reference> (end-3).
func (d *door) manifest(c echo.Context, t target) error {
	ctx := c.Request().Context()
	m, err := d.Registry.FindManifest(ctx, httpx.Actor(c), t.name, reference(t.last))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	etag := `"` + string(m.Digest) + `"`
	h.Set("Etag", etag)
	h.Set(headerDigest, string(m.Digest))
	h.Set(echo.HeaderCacheControl, "private, no-cache") // to be asked again: tags move, rights end
	if matches(c.Request().Header.Get("If-None-Match"), etag) {
		return c.NoContent(http.StatusNotModified)
	}
	if c.Request().Method == http.MethodHead {
		h.Set(echo.HeaderContentLength, strconv.FormatInt(m.Length, 10))
		h.Set(echo.HeaderContentType, m.MediaType)
		return c.NoContent(http.StatusOK)
	}
	if err := d.Registry.ReadManifest(ctx, &m); err != nil {
		return err
	}
	return httpx.Bytes(c, http.StatusOK, m.MediaType, m.Body)
}

// reference reads a reference by which something is looked for. One that cannot be names
// nothing; the core is asked all the same, so that the answer is that to a missing tag.
func reference(s string) ref.Reference {
	r, err := ref.ParseReference(s)
	if err != nil {
		return ref.Reference{Tag: s}
	}
	return r
}

// newReference reads the reference under which a manifest is put: a digest if it has a ":",
// which no tag can have, and else a tag. One that begins like a digest written with a "." is
// refused, since other doors would take it for that digest. Errors: Invalid.
func newReference(s string) (ref.Reference, error) {
	if strings.Contains(s, ":") {
		d, err := ref.ParseDigest(s)
		return ref.Reference{Digest: d}, err
	}
	tag, err := ref.ParseTag(s)
	return ref.Reference{Tag: tag}, err
}

// matches reports whether If-None-Match names an ETag (RFC 9110, section 13.1.2).
func matches(header, etag string) bool {
	for header != "" {
		var one string
		one, header, _ = strings.Cut(header, ",")
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == etag {
			return true
		}
	}
	return false
}

// headerTag tells a tag that a manifest was given besides its digest.
const headerTag = "OCI-Tag"

// maxTagParams bounds the tags that one manifest can be given at once.
const maxTagParams = 100

// putManifest answers PUT /v2/<name>/manifests/<reference> (end-7a), which may give more
// tags with ?tag=, once for each (end-7b of the specification's 1.2).
func (d *door) putManifest(c echo.Context, t target) error {
	const op = "oci.putManifest"
	r, err := newReference(t.last)
	if err != nil {
		return err
	}
	more, err := tagParams(c.QueryParams()["tag"])
	if err != nil {
		return err
	}
	req := c.Request()
	// Before anything is held in memory. Whether it changes what is frozen is seen later.
	if err := d.Registry.AuthorizePush(req.Context(), httpx.Actor(c), t.name, r.Tag); err != nil && !errs.Is(err, errs.Frozen) {
		return err
	}
	body, err := httpx.ReadBody(c, manifests.MaxSize, manifests.MemoryFactor)
	if errs.Is(err, errs.TooLarge) {
		return errs.E(op, errs.TooLarge, "The manifest is larger than %d MiB.", manifests.MaxSize>>20)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	i, err := d.Registry.PutManifest(req.Context(), httpx.Actor(c), t.name, r, req.Header.Get(echo.HeaderContentType), body, more...)
	if errs.Is(err, errs.Unsupported) { // is for methods, here
		return errs.Because(op, errs.Invalid, err, "%s", errs.Message(err))
	}
	if err != nil {
		return err
	}
	h := c.Response().Header()
	for _, tag := range more {
		h.Add(headerTag, tag)
	}
	if i.Subject != "" { // so the client knows that it need not keep a list itself
		h.Set("OCI-Subject", string(i.Subject))
	}
	return created(c, i.Digest, prefix+t.name.String()+"/manifests/"+string(i.Digest))
}

// tagParams reads the tags of a query.
func tagParams(list []string) ([]string, error) {
	if len(list) > maxTagParams {
		return nil, errs.E("oci.tagParams", errs.Invalid, "The query has %d tags; at most %d are allowed.", len(list), maxTagParams)
	}
	for _, s := range list {
		if _, err := ref.ParseTag(s); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// created tells where something new is.
func created(c echo.Context, d digest.Digest, address string) error {
	c.Response().Header().Set(headerDigest, string(d))
	c.Response().Header().Set(echo.HeaderLocation, address)
	return c.NoContent(http.StatusCreated)
}

// deleteManifest answers DELETE /v2/<name>/manifests/<reference> (end-9): a tag, or an
// image with all its tags.
func (d *door) deleteManifest(c echo.Context, t target) error {
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	r, err := newReference(t.last)
	if err != nil {
		r = ref.Reference{Tag: t.last} // which there cannot be
	}
	if r.Digest != "" {
		_, err = d.Registry.DeleteImage(ctx, actor, t.name, r.Digest)
	} else {
		_, err = d.Registry.DeleteTag(ctx, actor, t.name, r.Tag, "")
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}
