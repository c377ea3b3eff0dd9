package hub

import (
	"cmp"
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/howto"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// manifest answers GET and HEAD /api/container/COLLECTION/NAME[:TAG][@VERSION], with which
// every pull begins. Somebody without credentials gets the same 403 for what is private
// and for what is not there, upon which the Python client signs.
func (d *door) manifest(c echo.Context) error {
	const op = "hub.manifest"
	n := parseName(rest(c))
	actor, err := d.admit(c, n.signed("pull"), d.Now())
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, r, err := d.resolve(c.Request().Context(), actor, n)
	if err != nil {
		return errs.Wrap(op, err)
	}
	image, report, err := d.Registry.Inspect(c.Request().Context(), actor, path, r, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !image.Kind.IsFile() {
		// Not 405, which the Python client takes for a success.
		at := d.Address.Public
		return errs.E(op, errs.NotFound, "%s is %s, not an image file. Pull it with: %s", image.Title(), howto.What(image.Howto()),
			howto.Pull(image.Howto(), howto.Place{Host: at.Host, Plain: at.Scheme == "http", Name: image.OCIName()}))
	}
	if image.Tag == "" {
		image.Tag = cmp.Or(n.tag, firstOf(image.Tags))
	}
	m := d.container(image)
	m.Image = d.address("download", d.Identity.SignTicket(actor, image.ID))
	if report != nil {
		m.Metadata = report
	}
	// The address in it is the caller's own, and does not last.
	c.Response().Header().Set(echo.HeaderCacheControl, "private, no-store")
	return httpx.JSON(c, http.StatusOK, m)
}

// remove answers DELETE /api/container/COLLECTION/NAME[:TAG][@VERSION]. Its success must
// not be 200, over which the Python client stumbles. Deleting a tag leaves the image, a
// version deletes it; a tag beside a version has to name it. A signature covers the tag and
// not the version, so whoever saw one could delete another image by it: by version deletes
// only who sends a token or a password.
func (d *door) remove(c echo.Context) error {
	const op = "hub.remove"
	ctx := c.Request().Context()
	n := parseName(rest(c))
	actor, err := d.admit(c, n.signed("delete"), d.Now())
	if err != nil {
		return errs.Wrap(op, err)
	}
	if n.version != "" && actor.Via == model.ByHMAC {
		return errs.E(op, errs.Forbidden, "A signed request cannot delete by version, because the signature does not cover the version. Delete a tag, or send a token as \"Bearer\".")
	}
	path, r, err := d.resolve(ctx, actor, n)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if r.Digest == "" {
		_, err = d.Registry.DeleteTag(ctx, actor, path, r.Tag, "")
	} else {
		err = d.removeImage(ctx, actor, path, n, r)
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

func (d *door) removeImage(ctx context.Context, actor model.Actor, path ref.Path, n name, r ref.Reference) error {
	if n.tag != "" && n.version != "" {
		image, err := d.Registry.Image(ctx, actor, path, r, "")
		if err != nil {
			return err
		}
		named, err := d.Registry.IsTagged(ctx, image, n.tag)
		if err != nil {
			return err
		}
		if !named {
			return errs.E("hub.removeImage", errs.NotFound, "%s:%s does not name %s.", image.Container, errs.Clip(n.tag), r)
		}
	}
	_, err := d.Registry.DeleteImage(ctx, actor, path, r.Digest)
	return err
}

// resolve finds the container and the tag or digest in it that a name stands for. A
// version wins over a tag. The tag may be a version too: lists show frozen images so.
// Errors: NotFound, Unauthenticated.
func (d *door) resolve(ctx context.Context, actor model.Actor, n name) (ref.Path, ref.Reference, error) {
	const op = "hub.resolve"
	path, err := n.place()
	if err != nil {
		return path, ref.Reference{}, err
	}
	if n.version != "" {
		r, err := d.version(ctx, actor, path, n.version)
		return path, r, err
	}
	if r, err := ref.ParseReference(n.tag); err == nil {
		return path, r, nil
	}
	tag, err := normalTag(cmp.Or(n.tag, ref.Latest))
	if err != nil {
		return path, ref.Reference{}, errs.Because(op, errs.NotFound, err, "%s", errs.Message(err))
	}
	return path, ref.Reference{Tag: tag}, nil
}

// The lengths of the versions that shub:// clients accept in a reference: the digits of an
// MD5 or SHA-1 sum. Here they begin a SHA-256 sum.
const (
	shortVersion = 32
	longVersion  = 40
)

// version reads a version: a whole digest, or as many digits of one as a shub:// client
// can write. Errors: NotFound, Unauthenticated.
func (d *door) version(ctx context.Context, actor model.Actor, path ref.Path, text string) (ref.Reference, error) {
	const op = "hub.version"
	if whole, err := ref.ParseDigest(text); err == nil {
		return ref.Reference{Digest: whole}, nil
	}
	if len(text) != shortVersion && len(text) != longVersion {
		return ref.Reference{}, errs.E(op, errs.NotFound,
			"%q is no version; write sha256. and 64 hexadecimal digits, or the first 32 or 40 of them alone.", errs.Clip(text))
	}
	whole, err := d.Registry.ExpandDigest(ctx, actor, path, text)
	return ref.Reference{Digest: whole}, errs.Wrap(op, err)
}

func firstOf(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return tags[0]
}
