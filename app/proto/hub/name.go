package hub

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/ref"
)

// name is the name of an image exactly as a client sent it, which is what it signs.
type name struct {
	collection string
	container  string
	tag        string // empty if none was written
	version    string // a digest, or the beginning of one; empty if none was written
}

// parseName reads COLLECTION/CONTAINER[:TAG][@VERSION]. It takes everything; what cannot
// be a name is refused when it is resolved, after the signature was checked.
func parseName(text string) name {
	text, version, _ := strings.Cut(strings.TrimSuffix(text, "/"), "@")
	text, tag, _ := strings.Cut(text, ":")
	n := name{collection: ref.Library, container: text, tag: tag, version: version}
	if at := strings.LastIndexByte(text, '/'); at >= 0 {
		n.collection, n.container = text[:at], text[at+1:]
	}
	return n
}

// rest gives what stands for the "*" of a route, without escapes.
func rest(c echo.Context) string {
	return strings.TrimPrefix(c.Request().URL.Path, strings.TrimSuffix(c.Path(), "*"))
}

// signed are the words that a client signs for something that it does with the image.
func (n name) signed(kind string) identity.Signed {
	return identity.Signed{Kind: kind, Collection: n.collection, Name: n.container, Tag: cmp.Or(n.tag, ref.Latest)}
}

// target gives the container and the tag that a push goes to. Errors: Invalid.
func (n name) target() (ref.Path, string, error) {
	const op = "hub.target"
	if n.collection == "" || n.container == "" {
		return ref.Path{}, "", errs.E(op, errs.Invalid, "The image has no whole name; send a collection, a name and a tag.")
	}
	path, err := normalPath(n.collection + "/" + n.container)
	if err != nil {
		return path, "", errs.Wrap(op, err)
	}
	tag, err := normalTag(cmp.Or(n.tag, ref.Latest))
	return path, tag, errs.Wrap(op, err)
}

// place gives the container that is asked for. A name that cannot be is not found: the
// Python client takes 400 for a pull that worked. Errors: NotFound.
func (n name) place() (ref.Path, error) {
	path, err := normalPath(n.collection + "/" + n.container)
	if err != nil {
		return path, errs.Because("hub.place", errs.NotFound, err, "%s", errs.Message(err))
	}
	return path, nil
}

// segment gives a parameter of a path as it was meant. Echo matches against the path as it
// was sent if it has an escape that matters, and does not unescape then.
func segment(c echo.Context, parameter string) string {
	text := c.Param(parameter)
	if c.Request().URL.RawPath == "" {
		return text
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text // it is compared with names, and none of them has a "%"
	}
	return plain
}
