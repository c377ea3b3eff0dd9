package library

import (
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// images and files are before the name of an image in an address.
const (
	images = "/v1/images/"
	files  = "/v1/imagefile/"
)

// wanted is the image that a request asks for.
type wanted struct {
	path      ref.Path
	reference ref.Reference
	arch      string // empty if any will do
}

// readWanted reads "NAME:TAG", "NAME:sha256.HEX" or "NAME@sha256:HEX" after a prefix of the
// address, and ?arch=. A digest says all; the architecture that clients send along is that of
// their own machine.
func readWanted(c echo.Context, prefix string) (wanted, error) {
	const op = "library.readWanted"
	name, reference, err := parseReference(after(c, prefix))
	if err != nil {
		return wanted{}, errs.Wrap(op, err)
	}
	path, err := parseName(name)
	if err != nil {
		return wanted{}, errs.Wrap(op, err)
	}
	w := wanted{path: path, reference: reference}
	if reference.Digest == "" {
		w.arch = arch(c)
	}
	return w, nil
}

// parseReference cuts a name from the tag or digest behind it. The clients know no "@": they
// take what follows the last ":" for a tag, and add ":latest" where there is none. Where there
// are a tag and a digest, it is the digest, which says more.
func parseReference(text string) (name string, r ref.Reference, err error) {
	name, written, ok := strings.Cut(text, "@")
	if !ok {
		tag := ref.Latest
		if at := strings.LastIndexByte(text, ':'); at >= 0 {
			name, tag = text[:at], text[at+1:]
		}
		r, err = ref.ParseReference(tag)
		return name, r, err
	}
	name, _, _ = strings.Cut(name, ":")
	if r.Digest, err = ref.ParseDigest(written); err == nil {
		return name, r, nil
	}
	if at := strings.LastIndexByte(written, ':'); at >= 0 { // of "sha256.HEX:latest"
		if d, bad := ref.ParseDigest(written[:at]); bad == nil {
			return name, ref.Reference{Digest: d}, nil
		}
	}
	return name, r, err
}

// after gives what follows a prefix in the path of a request. Echo leaves some of its
// escapes in.
func after(c echo.Context, prefix string) string {
	return strings.TrimPrefix(c.Request().URL.Path, prefix)
}

// arch gives the architecture that is asked for. Singularity 3.7 escapes the "=".
func arch(c echo.Context) string {
	for key := range c.QueryParams() {
		if value, ok := strings.CutPrefix(key, "arch="); ok {
			return value
		}
	}
	return c.QueryParam("arch")
}

// parseName reads the name of a container. Clients write a default as nothing at all:
// "//img" and "alice//img" are library/default/img and alice/default/img. They push lower case
// only, and ask for whatever was typed.
func parseName(text string) (ref.Path, error) {
	parts := strings.Split(strings.ToLower(text), "/")
	switch {
	case len(parts) == 2 && parts[0] == "":
		parts = parts[1:]
	case len(parts) > 2:
		fill(parts)
	}
	return ref.ParsePath(strings.Join(parts, "/"))
}

// parseCollection is parseName for a collection.
func parseCollection(text string) (ref.Path, error) {
	parts := strings.Split(strings.ToLower(text), "/")
	fill(parts)
	return ref.ParsePath(strings.Join(parts, "/"))
}

// fill writes out the defaults for an entity and a collection that are empty.
func fill(parts []string) {
	for i, otherwise := range []string{ref.Library, ref.Default} {
		if i < len(parts) && parts[i] == "" {
			parts[i] = otherwise
		}
	}
}
