package client

import (
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/ref"
)

// download fetches the content of one image file.
type download struct {
	c        *Client
	name     ref.Path
	content  digest.Digest
	size     int64
	progress Progress
	target   string // what is written to, in words for a person
	offset   int64  // how much has arrived
}

// newDownload prepares to fetch an image. Errors: Unsupported for one that is not a file.
func (c *Client) newDownload(name ref.Path, image api.Image, progress Progress) (*download, error) {
	const op = "client.newDownload"
	if image.Content == "" {
		return nil, &OtherClient{c.otherClient(image)}
	}
	content, err := ref.ParseDigest(image.Content)
	if err != nil || image.Size < 0 {
		return nil, errs.E(op, errs.Unsupported, "%s names content that this client does not understand.", c.base)
	}
	return &download{c: c, name: name, content: content, size: image.Size, progress: progress, target: "the image"}, nil
}

// OtherClient is the error of an image that is not one file: its sentence names the client
// that can pull it.
type OtherClient struct{ error }

// Unwrap gives the error itself, of kind Unsupported.
func (e *OtherClient) Unwrap() error { return e.error }

func (c *Client) otherClient(image api.Image) error {
	about := howto.Image{Kind: image.Kind, OCISIF: image.OCISIF}
	name := image.Container + ":" + image.Tag
	if image.Tag == "" {
		name = image.Container + "@" + image.Digest
	}
	at := howto.Place{Host: c.base.Host, Plain: c.base.Scheme == "http", Name: name}
	return errs.E("client.otherClient", errs.Unsupported, "%s is %s, not an image file. Pull it with: %s", image.Name, howto.What(about), howto.Pull(about, at))
}

// fetch writes what is missing, over as many connections as it takes.
func (d *download) fetch(ctx context.Context, into io.Writer) error {
	return d.c.persist(ctx, func() (int64, error) {
		if d.offset == d.size {
			return d.offset, nil
		}
		err := d.step(ctx, into)
		return d.offset, err
	})
}

// step reads one answer as far as it goes.
func (d *download) step(ctx context.Context, into io.Writer) error {
	const op = "client.download"
	body, at, err := d.c.openBlob(ctx, d.name, d.content, d.offset)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.CopyN(io.Discard, body, d.offset-at); err != nil {
		return d.broken(ctx, err)
	}
	out := &counted{to: into}
	from := &meter{from: io.LimitReader(body, d.size-d.offset), progress: d.progress, phase: Downloading, done: d.offset, total: d.size}
	_, err = io.CopyBuffer(out, from, make([]byte, bufferSize))
	d.offset += out.n
	switch {
	case out.failed != nil:
		return fileError(op, "write", d.target, out.failed)
	case err != nil:
		return d.broken(ctx, err)
	case d.offset < d.size:
		return d.broken(ctx, io.ErrUnexpectedEOF)
	}
	return nil
}

func (d *download) broken(ctx context.Context, err error) error {
	return transportError("client.download", d.c.base, ctx, err)
}

// wrong is the error of content that is not what it should be.
func (d *download) wrong(image api.Image) error {
	return errs.E("client.download", errs.DigestInvalid,
		"What arrived of %s is not what its digest says (%s). Nothing of it was kept; pull again, and tell the administrator if it recurs.",
		image.Name, d.content)
}

// counted counts what was written, and keeps the error of writing apart from that of reading.
type counted struct {
	to     io.Writer
	n      int64
	failed error
}

func (w *counted) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	w.n += int64(n)
	if err != nil {
		w.failed = fmt.Errorf("client.counted: %w", err)
	}
	return n, err
}
