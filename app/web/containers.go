package web

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// containers is GET /containers/{namespace}/{collection}/{name}: with a reference behind
// the name the page of an image, else that of the container. The query chooses another
// view of it.
func (s *Site) containers(c echo.Context) error {
	const op = "web.containers"
	path, reference, err := containerName(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := c.QueryParam("view")
	if reference == (ref.Reference{}) {
		if view == "edit" {
			return s.editReadme(c, path)
		}
		return s.container(c, path)
	}
	switch view {
	case "files":
		return s.files(c, path, reference)
	case "compare":
		return s.compare(c, path, reference)
	case "download":
		return s.download(c, path, reference)
	case "text":
		return s.text(c, path, reference)
	case "report":
		return s.report(c, path, reference)
	case "manifest":
		return s.manifest(c, path, reference)
	}
	return s.image(c, path, reference)
}

// containerName reads the path of a container's page, or of an image's, which has a
// reference behind it: ":" or "@" and a tag or a digest. The name may hold slashes.
func containerName(c echo.Context) (ref.Path, ref.Reference, error) {
	const op = "web.containerName"
	// Clients that escape a whole segment write ":" as "%3A", and echo leaves it so.
	name, err := url.PathUnescape(c.Param("*"))
	if err != nil {
		return ref.Path{}, ref.Reference{}, errs.Because(op, errs.Invalid, err, "The address contains an invalid %% escape. Use the plain name.")
	}
	reference := ""
	at := strings.IndexAny(name, ":@")
	if at >= 0 {
		name, reference = name[:at], name[at+1:]
	}
	path, err := namedContainer(c, name)
	if err != nil || at < 0 {
		return path, ref.Reference{}, errs.Wrap(op, err)
	}
	r, err := ref.ParseReference(reference)
	return path, r, errs.Wrap(op, err)
}
