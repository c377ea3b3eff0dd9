package library

import (
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// image is GET /v1/images/NAME:REFERENCE?arch=: before a push by hash, to see whether the
// file is in the container already, and before a pull.
func (d *door) image(c echo.Context) error {
	const op = "library.image"
	found, err := d.find(c, images)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireImage(found))
}

// find gives the image that a request asks for.
func (d *door) find(c echo.Context, prefix string) (model.Image, error) {
	const op = "library.find"
	w, err := readWanted(c, prefix)
	if err != nil {
		return model.Image{}, errs.Wrap(op, err)
	}
	i, err := d.Registry.Image(c.Request().Context(), httpx.Actor(c), w.path, w.reference, w.arch)
	switch {
	case err != nil:
		return model.Image{}, errs.Wrap(op, err)
	case !offered(i):
		return model.Image{}, errs.Wrap(op, d.otherClient(c, i))
	}
	return i, nil
}

// otherClient names the client that can have an image which is not offered here.
func (d *door) otherClient(c echo.Context, i model.Image) error {
	const op = "library.otherClient"
	at := d.Address.Of(c.Request())
	command := howto.Pull(i.Howto(), howto.Place{Host: at.Host, Plain: at.Scheme == "http", Name: i.OCIName()})
	switch {
	case i.Kind.IsFile():
		return errs.E(op, errs.Unsupported, "%s is known by its %s, and library:// knows only SHA-256. Pull it with: %s", i.Title(), i.Content.Algorithm(), command)
	case i.Kind == model.Artifact && !i.OCISIF:
		return errs.E(op, errs.Unsupported, "%s is %s, not an image file. Pull it with: %s", i.Title(), howto.What(i.Howto()), command)
	}
	// SingularityCE goes to the OCI door by itself if it reads this media type.
	return errs.E(op, errs.Unsupported, "%s is %s (application/vnd.oci.image.config.v1+json), not an image file. Pull it with: %s",
		i.Title(), howto.What(i.Howto()), command)
}

// offered reports whether a client of this door can have an image: it has to be a file, and
// known by the only digest that these clients compare.
func offered(i model.Image) bool {
	return i.Kind.IsFile() && i.Content.Algorithm() == digest.SHA256
}

// maxDescription bounds an image's description, in bytes: it travels in the id, and so in
// addresses, until the image is there.
const maxDescription = 1000

// noDescription is what the clients send where nobody wrote one, and do not show.
const noDescription = "No description"

// createImage is POST /v1/images. The answer to a file that the container holds as an image
// spares the client its upload; that it is held elsewhere does not count here.
func (d *door) createImage(c echo.Context) error {
	const op = "library.createImage"
	var body newImage
	if err := httpx.ReadLooseJSON(c, &body); err != nil {
		return errs.Wrap(op, err)
	}
	container, err := parseContainerID(body.Container)
	if err != nil {
		return errs.Wrap(op, err)
	}
	file, err := ref.ParseDigest(body.Hash)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if file.Algorithm() != digest.SHA256 {
		return errs.E(op, errs.Invalid, "The hash %q is not a SHA-256; send sha256. and 64 hexadecimal digits.", body.Hash)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if err := d.Registry.AuthorizePush(ctx, actor, container.Path(), ""); err != nil {
		return errs.Wrap(op, err)
	}
	found, err := d.Registry.Image(ctx, actor, container.Path(), ref.Reference{Digest: file}, "")
	if errs.Is(err, errs.NotFound) {
		if len(body.Description) > maxDescription {
			return errs.E(op, errs.Invalid, "The description has %d bytes; at most %d are allowed.", len(body.Description), maxDescription)
		}
		description := body.Description
		if strings.EqualFold(description, noDescription) {
			description = ""
		}
		return answer(c, wireImage(model.Image{Container: container, Content: file, Description: description}))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, wireImage(found))
}

// deleteImage is DELETE /v1/images/NAME:REFERENCE?arch=: a tag for one architecture, or by
// its digest an image with all its tags.
func (d *door) deleteImage(c echo.Context) error {
	const op = "library.deleteImage"
	w, err := readWanted(c, images)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	if w.reference.Digest != "" {
		_, err = d.Registry.DeleteImage(ctx, actor, w.path, w.reference.Digest)
	} else {
		err = d.untag(c, w)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answer(c, struct{}{}) // 204 would be a failure to the client
}

// untag takes a tag from the image that a pull would get. One that is not for a certain
// architecture has the tag whole.
func (d *door) untag(c echo.Context, w wanted) error {
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	i, err := d.Registry.Image(ctx, actor, w.path, w.reference, w.arch)
	if err != nil {
		return err
	}
	_, err = d.Registry.DeleteTag(ctx, actor, w.path, w.reference.Tag, i.TagArch())
	return err
}

// wireImage writes an image down; one without an id is still to be uploaded.
func wireImage(i model.Image) *image {
	name := i.Container
	w := &image{ID: imageID(i), Hash: ref.Dotted(i.Known()), Size: i.Size, Uploaded: i.ID != 0 && !i.Damaged, Arch: i.Arch, Signed: len(i.Signers) > 0, Fingerprints: i.Signers, Description: i.Description,
		Container: id(name.Full()), ContainerName: name.Container, Collection: id(name.Collection.Full()), CollectionName: name.Name,
		Entity: id(name.Namespace), EntityName: name.Namespace, CreatedAt: i.Pushed, CreatedBy: i.PushedBy}
	if i.Tag != "" {
		w.Tags = []string{i.Tag}
	}
	return w
}
