package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

const (
	// multipartFrom is the size in bytes above which the library's clients offer a file in
	// parts.
	multipartFrom = 64 << 20
	// noDescription is what the library's clients write where there is none.
	noDescription = "No description"
)

// libraryID is the answer to whatever a library has or makes.
type libraryID struct {
	Data struct {
		ID       string `json:"id"`
		Uploaded bool   `json:"uploaded"`
		Hash     string `json:"hash"`
	} `json:"data"`
}

// libraryHas reports whether a library gives a file under the name it is copied to.
func (c *Client) libraryHas(ctx context.Context, r CopyRequest, source imageFile) (bool, error) {
	query := ""
	if source.arch != "" {
		query = "?arch=" + url.QueryEscape(source.arch)
	}
	var found libraryID
	err := c.call(ctx, http.MethodGet, c.base.String()+"/v1/images/"+r.To.Path.String()+":"+r.Tag+query, nil, &found)
	return err == nil && found.Data.Hash == ref.Dotted(source.digest), err
}

// putIntoLibrary makes, in the order of the library's own clients, whatever of entity,
// collection, container and image is not there, sends the file, and sets the tag.
func (c *Client) putIntoLibrary(ctx context.Context, r CopyRequest, source imageFile, file *spool) error {
	const op = "client.putIntoLibrary"
	parts := strings.Split(r.To.Path.String(), "/")
	if len(parts) != 3 {
		return errs.E(op, errs.Invalid, "%q cannot be pushed to a library; write ENTITY/COLLECTION/CONTAINER.", r.To.Path)
	}
	parent := ""
	for i, noun := range []struct{ plural, parent string }{{"entities", ""}, {"collections", "entity"}, {"containers", "collection"}} {
		made := map[string]string{"name": parts[i], "description": noDescription}
		if noun.parent != "" {
			made[noun.parent] = parent
		}
		found, err := c.findOrMake(ctx, noun.plural, "/"+strings.Join(parts[:i+1], "/"), made)
		if err != nil {
			return err
		}
		parent = found.Data.ID
	}
	name := "/" + r.To.Path.String() + ":" + ref.Dotted(source.digest) + "?arch=" + url.QueryEscape(source.arch)
	image, err := c.findOrMake(ctx, "images", name,
		map[string]string{"hash": ref.Dotted(source.digest), "container": parent, "description": noDescription})
	if err != nil {
		return err
	}
	version, err := c.libraryVersion(ctx)
	if err != nil {
		return err
	}
	if !image.Data.Uploaded {
		if err := c.uploadToLibrary(ctx, version, image.Data.ID, file); err != nil {
			return err
		}
	}
	tag := map[string]string{"Arch": source.arch, "Tag": r.Tag, "ImageID": image.Data.ID}
	prefix := "/v1/tags/"
	if version.tagsByArch {
		prefix = "/v2/tags/"
	}
	return c.call(ctx, http.MethodPost, c.base.String()+prefix+parent, tag, nil)
}

// findOrMake asks for what a library has under a path, and makes it if it has not.
func (c *Client) findOrMake(ctx context.Context, plural, path string, made map[string]string) (libraryID, error) {
	var out libraryID
	err := c.call(ctx, http.MethodGet, c.base.String()+"/v1/"+plural+path, nil, &out)
	if errs.Is(err, errs.NotFound) {
		err = c.call(ctx, http.MethodPost, c.base.String()+"/v1/"+plural, made, &out)
	}
	if err == nil && out.Data.ID == "" {
		return out, errs.E("client.findOrMake", errs.Unsupported, "%s answers, but not as a library does. Is the address right?", c.base)
	}
	return out, err
}

// libraryAPI is what a library's version of the protocol has.
type libraryAPI struct{ signedUploads, tagsByArch bool }

// libraryVersion asks which protocol a library speaks. Uploads to an address of their own
// came with 2.0.0-alpha.1, and tags for each architecture with 2.0.0-alpha.2.
func (c *Client) libraryVersion(ctx context.Context) (libraryAPI, error) {
	var answer struct {
		Data struct {
			API string `json:"apiVersion"`
		} `json:"data"`
	}
	err := c.call(ctx, http.MethodGet, c.base.String()+"/version", nil, &answer)
	if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Unsupported) {
		return libraryAPI{}, err
	}
	v := answer.Data.API
	old := v == "" || strings.HasPrefix(v, "0.") || strings.HasPrefix(v, "1.") || v == "2.0.0-alpha"
	return libraryAPI{signedUploads: !old, tagsByArch: !old && v != "2.0.0-alpha.1"}, nil
}

// uploadToLibrary sends a file in the way that its size and the library ask for.
func (c *Client) uploadToLibrary(ctx context.Context, version libraryAPI, id string, file *spool) error {
	if !version.signedUploads {
		_, err := c.putBytes(ctx, http.MethodPost, c.base.String()+"/v1/imagefile/"+id, io.NewSectionReader(file.file, 0, file.size), true)
		return err
	}
	at := c.base.String() + "/v2/imagefile/" + id
	if file.size > multipartFrom {
		err := c.uploadParts(ctx, at, file)
		if !errs.Is(err, errs.NotFound) {
			return err
		}
	}
	var to struct {
		Data struct {
			URL string `json:"uploadURL"`
		} `json:"data"`
	}
	announced := map[string]any{"filesize": file.size, "md5sum": file.md5, "sha256sum": file.digest.Encoded()}
	if err := c.call(ctx, http.MethodPost, at, announced, &to); err != nil {
		return err
	}
	if _, err := c.putBytes(ctx, http.MethodPut, to.Data.URL, io.NewSectionReader(file.file, 0, file.size), false); err != nil {
		return err
	}
	return c.call(ctx, http.MethodPut, at+"/_complete", struct{}{}, nil)
}

// uploadParts sends a file in the parts that a library asks for. Errors: NotFound, from the
// first request, if it takes none.
func (c *Client) uploadParts(ctx context.Context, at string, file *spool) error {
	var plan struct {
		Data struct {
			ID    string `json:"uploadID"`
			Parts int    `json:"totalParts"`
			Size  int64  `json:"partSize"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodPost, at+"/_multipart", map[string]int64{"filesize": file.size}, &plan); err != nil {
		return err
	}
	if p := plan.Data; p.Size <= 0 || int64(p.Parts) != (file.size+p.Size-1)/p.Size {
		return errs.E("client.uploadParts", errs.Unsupported, "%s wants %d parts of %d bytes for a file of %d, which do not cover it.", c.base, p.Parts, p.Size, file.size)
	}
	type done struct {
		Number int    `json:"partNumber"`
		Token  string `json:"token"`
	}
	var parts []done
	for n := range plan.Data.Parts {
		offset := int64(n) * plan.Data.Size
		part := io.NewSectionReader(file.file, offset, min(plan.Data.Size, file.size-offset))
		token, err := c.uploadPart(ctx, at, plan.Data.ID, n+1, part)
		if err != nil {
			_ = c.call(ctx, http.MethodPut, at+"/_multipart_abort", map[string]string{"uploadID": plan.Data.ID}, nil) // the library forgets it in time
			return errs.Because("client.uploadParts", kindNot404(err), err, "%s", errs.Message(err))
		}
		parts = append(parts, done{n + 1, token})
	}
	return c.call(ctx, http.MethodPut, at+"/_multipart_complete", map[string]any{"uploadID": plan.Data.ID, "completedParts": parts}, nil)
}

// kindNot404 keeps a failure of a later request from being taken for "takes no parts".
func kindNot404(err error) errs.Kind {
	if errs.Is(err, errs.NotFound) {
		return errs.Conflict
	}
	return errs.KindOf(err)
}

// uploadPart sends one part, and gives the token by which the library knows it.
func (c *Client) uploadPart(ctx context.Context, at, upload string, number int, part *io.SectionReader) (string, error) {
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{part}, make([]byte, bufferSize)); err != nil {
		return "", fileError("client.uploadPart", "read", "the copy on this disk", err)
	}
	var to struct {
		Data struct {
			URL string `json:"presignedURL"`
		} `json:"data"`
	}
	announced := map[string]any{"partSize": part.Size(), "uploadID": upload, "partNumber": number, "sha256sum": hex.EncodeToString(sum.Sum(nil))}
	if err := c.call(ctx, http.MethodPut, at+"/_multipart", announced, &to); err != nil {
		return "", err
	}
	header, err := c.putBytes(ctx, http.MethodPut, to.Data.URL, io.NewSectionReader(part, 0, part.Size()), false)
	return header.Get("ETag"), err
}

// putBytes sends a whole body. An address that a library signed holds its own credentials,
// and refuses any others.
func (c *Client) putBytes(ctx context.Context, method, address string, body *io.SectionReader, signed bool) (http.Header, error) {
	req, err := c.request(ctx, method, address, io.NopCloser(body))
	if err != nil {
		return nil, err
	}
	req.ContentLength = body.Size()
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(body, 0, body.Size())), nil }
	req.Header.Set("Content-Type", "application/octet-stream")
	if !signed {
		req.Header.Del("Authorization")
	}
	if strings.Contains(req.URL.Query().Get("X-Amz-SignedHeaders"), "x-amz-content-sha256") {
		sum := sha256.New()
		if _, err := io.CopyBuffer(sum, struct{ io.Reader }{io.NewSectionReader(body, 0, body.Size())}, make([]byte, bufferSize)); err != nil {
			return nil, fileError("client.putBytes", "read", "the copy on this disk", err)
		}
		req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum.Sum(nil)))
	}
	return c.finish(req)
}
