package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
)

// registryURL is an address of OCI distribution 1.1. The name keeps its slashes there.
func (c *Client) registryURL(name ref.Path, rest string) string {
	return c.base.String() + "/v2/" + name.String() + "/" + rest
}

// hasBlob reports whether a container holds a blob already (end-2).
func (c *Client) hasBlob(ctx context.Context, name ref.Path, d digest.Digest) (bool, error) {
	req, err := c.request(ctx, http.MethodHead, c.registryURL(name, "blobs/"+d.String()), nil)
	if err != nil {
		return false, err
	}
	_, err = c.finish(req)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// beginUpload opens an upload session and gives its address (end-4a).
func (c *Client) beginUpload(ctx context.Context, name ref.Path) (string, error) {
	req, err := c.request(ctx, http.MethodPost, c.registryURL(name, "blobs/uploads/"), nil)
	if err != nil {
		return "", err
	}
	header, err := c.finish(req)
	if err != nil {
		return "", err
	}
	return c.location(req.URL, header)
}

// location gives the address that an answer names, which may be relative.
func (c *Client) location(request *url.URL, header http.Header) (string, error) {
	u, err := request.Parse(header.Get("Location"))
	if err != nil || header.Get("Location") == "" {
		return "", errs.E("client.location", errs.Unsupported, "%s opened an upload without saying where.", c.base)
	}
	return u.String(), nil
}

// uploadOffset asks how much of an upload has arrived (end-13). Errors: NotFound for a
// session that is gone.
func (c *Client) uploadOffset(ctx context.Context, location string) (int64, error) {
	req, err := c.request(ctx, http.MethodGet, location, nil)
	if err != nil {
		return 0, err
	}
	header, err := c.finish(req)
	if err != nil {
		return 0, err
	}
	return parseRange(header.Get("Range")), nil
}

// parseRange reads "0-N", N being the last byte that arrived. An upload of which nothing has
// arrived has no Range, or by an old habit "0-0"; should one byte really have arrived, the
// server refuses the next chunk and the upload begins anew.
func parseRange(s string) int64 {
	_, last, _ := strings.Cut(strings.TrimPrefix(s, "bytes="), "-")
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n <= 0 {
		return 0
	}
	return n + 1
}

// sendChunk sends size bytes that belong at an offset of an upload (end-5), and gives the
// address to go on at.
func (c *Client) sendChunk(ctx context.Context, location string, body io.Reader, offset, size int64) (string, error) {
	req, err := c.request(ctx, http.MethodPatch, location, io.NopCloser(body))
	if err != nil {
		return "", err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Content-Range", fmt.Sprintf("%d-%d", offset, offset+size-1))
	header, err := c.finish(req)
	if err != nil || header.Get("Location") == "" {
		return location, err
	}
	return c.location(req.URL, header)
}

// finishUpload seals an upload under its digest (end-6), with what body is left.
func (c *Client) finishUpload(ctx context.Context, location string, d digest.Digest, body []byte) error {
	u, err := url.Parse(location)
	if err != nil {
		return errs.Wrap("client.finishUpload", err)
	}
	values := u.Query()
	values.Set("digest", d.String())
	u.RawQuery = values.Encode()
	req, err := c.request(ctx, http.MethodPut, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	_, err = c.finish(req)
	return err
}

// cancelUpload throws an upload away. That it fails does not matter: the server sweeps what
// is left.
func (c *Client) cancelUpload(ctx context.Context, location string) {
	if req, err := c.request(ctx, http.MethodDelete, location, nil); err == nil {
		_, _ = c.finish(req) // see above
	}
}

// putSmall stores a blob that fits into one request.
func (c *Client) putSmall(ctx context.Context, name ref.Path, body []byte) error {
	d := digest.FromBytes(body)
	if found, err := c.hasBlob(ctx, name, d); found || err != nil {
		return err
	}
	location, err := c.beginUpload(ctx, name)
	if err != nil {
		return err
	}
	return c.finishUpload(ctx, location, d, body)
}

// putManifest stores a manifest under a tag (end-7).
func (c *Client) putManifest(ctx context.Context, name ref.Path, tag string, body []byte) error {
	req, err := c.request(ctx, http.MethodPut, c.registryURL(name, "manifests/"+tag), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", manifest.OCIManifest)
	_, err = c.finish(req)
	return err
}

// openBlob begins to read a blob at an offset (end-2), and tells where the body really
// begins, which is 0 for a server that does not know ranges.
func (c *Client) openBlob(ctx context.Context, name ref.Path, d digest.Digest, offset int64) (io.ReadCloser, int64, error) {
	req, err := c.request(ctx, http.MethodGet, c.registryURL(name, "blobs/"+d.String()), nil)
	if err != nil {
		return nil, 0, err
	}
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	resp, err := c.send(req)
	if err != nil {
		return nil, 0, err
	}
	if resp.StatusCode == http.StatusPartialContent {
		return resp.Body, offset, nil
	}
	return resp.Body, 0, nil
}
