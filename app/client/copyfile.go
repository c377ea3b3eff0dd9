package client

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"

	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/ref"
)

// The transports by which somebody may name an image in a library or a hub that is not an OCI
// registry. Those of a Sregistry are one too, and then that way is taken.
const (
	SchemeLibrary = "library"
	SchemeHub     = "shub"
)

// imageFile is an image file that another server has.
type imageFile struct {
	digest digest.Digest
	size   int64
	arch   string // "" if the server does not tell
	open   func() (io.ReadCloser, error)
	close  func() // gives up what it took to find it out
}

// copyFile brings an image file out of a library or a hub into an OCI registry, with the
// manifest that such a file has in all of them.
func copyFile(ctx context.Context, to *remote.Repository, r CopyRequest) (digest.Digest, error) {
	source, err := findFile(ctx, r)
	if err != nil {
		return "", err
	}
	defer source.close()
	pieces := []struct {
		descriptor v1.Descriptor
		open       func() (io.ReadCloser, error)
	}{
		{v1.Descriptor{MediaType: manifest.SIFConfig, Digest: digest.FromBytes(manifest.EmptyConfig), Size: int64(len(manifest.EmptyConfig))},
			func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(manifest.EmptyConfig)), nil }},
		{v1.Descriptor{MediaType: manifest.SIFLayer, Digest: source.digest, Size: source.size}, source.open},
	}
	for _, piece := range pieces {
		if err := r.sendBlob(ctx, to, piece.descriptor, piece.open); err != nil {
			return "", err
		}
	}
	body := manifest.ForFile(source.digest, source.size)
	d := v1.Descriptor{MediaType: manifest.OCIManifest, Digest: digest.FromBytes(body), Size: int64(len(body))}
	if r.Tag == "" {
		err = to.Push(ctx, d, bytes.NewReader(body))
	} else {
		err = to.PushReference(ctx, d, bytes.NewReader(body), r.Tag)
	}
	r.tell(Piece{d.Digest, d.Size, Sent})
	return d.Digest, err
}

// sendBlob sends what is not there yet.
func (r CopyRequest) sendBlob(ctx context.Context, to *remote.Repository, d v1.Descriptor, open func() (io.ReadCloser, error)) error {
	there, err := to.Exists(ctx, d)
	if err != nil {
		return err
	}
	if there {
		r.tell(Piece{d.Digest, d.Size, Present})
		return nil
	}
	body, err := open()
	if err != nil {
		return err
	}
	defer body.Close()
	if err := to.Push(ctx, d, body); err != nil {
		return err
	}
	r.tell(Piece{d.Digest, d.Size, Sent})
	return nil
}

func (r CopyRequest) tell(p Piece) {
	if r.Report != nil {
		r.Report(p)
	}
}

// hasOwnWay reports whether a place is in a library or hub that is not an OCI registry.
func (p Place) hasOwnWay(ctx context.Context, userAgent string) (bool, error) {
	if p.Scheme != SchemeLibrary && p.Scheme != SchemeHub {
		return false, nil
	}
	c, err := p.client(userAgent)
	if err != nil {
		return false, err
	}
	req, err := c.request(ctx, http.MethodGet, c.base.String()+"/v2/", nil)
	if err != nil {
		return false, err
	}
	_, err = c.finish(req)
	if errs.Is(err, errs.Unavailable) || errs.Is(err, errs.Canceled) {
		return false, err
	}
	return err != nil && !errs.Is(err, errs.Unauthenticated), nil
}

// findFile finds an image file in a library or a hub.
func findFile(ctx context.Context, r CopyRequest) (imageFile, error) {
	c, err := r.From.client(r.UserAgent)
	if err != nil {
		return imageFile{}, err
	}
	if r.From.Scheme == SchemeHub {
		return findInHub(ctx, c, r)
	}
	return findInLibrary(ctx, c, r)
}

// client speaks to a place's server as to one of ours.
func (p Place) client(userAgent string) (*Client, error) {
	return New(Options{Base: p.Base, UserAgent: userAgent, Token: p.Login.Password})
}

// findInLibrary asks a library, which knows the digest beforehand; so the file streams.
func findInLibrary(ctx context.Context, c *Client, r CopyRequest) (imageFile, error) {
	query := ""
	if r.Arch != "" {
		query = "?arch=" + url.QueryEscape(ref.Arch(r.Arch))
	}
	name := r.From.Path.String() + ":" + r.Reference.String()
	var answer struct {
		Data struct {
			Hash string `json:"hash"`
			Size int64  `json:"size"`
			Arch string `json:"arch"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodGet, c.base.String()+"/v1/images/"+name+query, nil, &answer); err != nil {
		return imageFile{}, err
	}
	d, err := digest.Parse(strings.Replace(answer.Data.Hash, ".", ":", 1))
	if err != nil {
		return imageFile{}, errs.Because("client.findInLibrary", errs.Unsupported, err, "%s does not tell the SHA-256 of %s, and so it cannot be copied.", c.base, name)
	}
	open := func() (io.ReadCloser, error) { return c.fetch(ctx, c.base.String()+"/v1/imagefile/"+name+query) }
	return imageFile{digest: d, size: answer.Data.Size, arch: answer.Data.Arch, open: open, close: func() {}}, nil
}

// findInHub asks a hub. It does not know the SHA-256 of its files, without which no upload
// can be ended; so the file is taken to the disk first.
func findInHub(ctx context.Context, c *Client, r CopyRequest) (imageFile, error) {
	answer, err := c.hubManifest(ctx, r.From, r.Reference.String())
	if err != nil {
		return imageFile{}, err
	}
	body, err := c.hubFile(ctx, r.From, answer)
	if err != nil {
		return imageFile{}, err
	}
	defer body.Close()
	file, err := c.newSpool(ctx, body)
	if err != nil {
		return imageFile{}, err
	}
	return imageFile{digest: file.digest, size: file.size, open: file.open, close: file.close}, nil
}

// fetch begins to read a file.
func (c *Client) fetch(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := c.request(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.send(req)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
