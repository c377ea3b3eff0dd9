package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// image is GET /containers/{namespace}/{collection}/{container}:{reference}, the address
// that a push prints. The container may hold slashes; the reference is a tag or a digest.
func (s *Site) image(c echo.Context) error {
	const op = "web.image"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	path, reference, err := imageName(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	i, report, err := s.registry.Inspect(ctx, actor, path, reference, "")
	if err != nil {
		return errs.Wrap(op, err)
	}
	container, err := s.registry.Container(ctx, actor, i.Container.Path())
	if err != nil {
		return errs.Wrap(op, err)
	}
	// Some clients send no credentials for a pull; whether they get the image is for the
	// core to say.
	_, closed := s.registry.Container(ctx, model.Anonymous, i.Container.Path())
	contents, err := s.registry.Contents(ctx, actor, path, reference, i)
	if err != nil {
		return errs.Wrap(op, err)
	}
	in, err := readReport(report)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Image{
		Page: s.page(c), Image: i, Public: container.Public, Labels: sortedLabels(i.Labels),
		Pulls:      puller{public: s.settings.Public, image: i, anonymous: closed == nil}.commands(),
		Definition: in.Definition, Runscript: in.Runscript, Help: in.Help, Environment: in.environment(), Contents: contents,
	}
	return render(c, http.StatusOK, view.View())
}

// imageName reads the path of an image's page; without a reference it is the tag latest.
func imageName(c echo.Context) (ref.Path, ref.Reference, error) {
	const op = "web.imageName"
	// Clients that escape a whole segment write ":" as "%3A", and echo leaves it so.
	name, err := url.PathUnescape(c.Param("*"))
	if err != nil {
		return ref.Path{}, ref.Reference{}, errs.Because(op, errs.Invalid, err, "The address has a %% that escapes nothing; write the name as it is.")
	}
	reference := ref.Latest
	if at := strings.IndexAny(name, ":@"); at >= 0 {
		name, reference = name[:at], name[at+1:]
	}
	path, err := ref.ParsePath(c.Param("namespace") + "/" + c.Param("collection") + "/" + name)
	if err != nil {
		return ref.Path{}, ref.Reference{}, errs.Wrap(op, err)
	}
	r, err := ref.ParseReference(reference)
	return path, r, errs.Wrap(op, err)
}
