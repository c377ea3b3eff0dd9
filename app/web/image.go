package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// image is GET /containers/{namespace}/{collection}/{container}:{reference}, the address
// that a push prints; the reference is a tag or a digest.
func (s *Site) image(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.image"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	arch := c.QueryParam("arch")
	found, err := s.registry.ImagePage(ctx, actor, path, reference, arch, templates.DownloadDays)
	if err != nil {
		return errs.Wrap(op, err)
	}
	in, err := readReport(found.Report)
	if err != nil {
		return errs.Wrap(op, err)
	}
	e := newExcerpt()
	view := templates.Image{Page: s.page(c), ImageHead: imageHead(found.Image, found.Contents, arch), Contents: found.Contents,
		Pulls: s.pulls(found.Image, found.OpenToAll, actor), Pulled: found.Pulls, Now: s.settings.Now(),
		Definition: e.text(textOf("definition"), in.Definition), Labels: e.labels(sortedLabels(found.Image.Labels)),
		Inside: e.inside(in.shown(), func(d templates.Download) templates.Download { return d }), Apps: in.apps(e),
		Notes: in.Notes, Built: in.Created, Compression: in.Compression}
	if found.Contents.Truncated {
		e.cut(wholeManifest)
	}
	view.Truncated = e.whole
	view.Public, view.Manage = found.Public, found.CanManage
	return render(c, http.StatusOK, view.View())
}

// head finds the image that a page is about, for pages that show little of it.
func (s *Site) head(c echo.Context, path ref.Path, reference ref.Reference) (templates.ImageHead, error) {
	const op = "web.head"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	arch := c.QueryParam("arch")
	i, err := s.registry.Image(ctx, actor, path, reference, arch)
	if err != nil {
		return templates.ImageHead{}, errs.Wrap(op, err)
	}
	contents, err := s.registry.Contents(ctx, actor, path, reference, i)
	if err != nil {
		return templates.ImageHead{}, errs.Wrap(op, err)
	}
	head := imageHead(i, contents, arch)
	head.View = c.QueryParam("view")
	head.Public, err = s.public(ctx, actor, i)
	return head, errs.Wrap(op, err)
}

// imageHead is the beginning of an image's page, with the architectures that its tag has.
func imageHead(i model.Image, contents model.Contents, arch string) templates.ImageHead {
	head := templates.ImageHead{Image: i, Arch: arch}
	if i.Tag == "" {
		return head
	}
	for _, p := range contents.Platforms {
		if p.Arch != "" && !slices.Contains(head.Archs, p.Arch) {
			head.Archs = append(head.Archs, p.Arch)
		}
	}
	return head
}

// public reports whether an image's collection is.
func (s *Site) public(ctx context.Context, actor model.Actor, i model.Image) (bool, error) {
	k, err := s.registry.Container(ctx, actor, i.Container.Path())
	return k.Public, err
}
