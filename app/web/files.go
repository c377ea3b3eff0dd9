package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// files is GET /containers/{namespace}/{collection}/{container}:{reference}?view=files,
// with the path of a folder in the image, and how many of its files to skip.
func (s *Site) files(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.files"
	head, err := s.head(c, path, reference)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Files{ImageHead: head, PerPage: registry.MaxFilesShown}
	skip, _ := strconv.Atoi(c.QueryParam("skip")) // what is no number is the beginning
	view.Folder, err = s.registry.Files(c.Request().Context(), head.Image, c.QueryParam("path"), skip)
	status, err := said(c, err, &view.Problem)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view.Page = s.page(c)
	return render(c, status, view.View())
}

// said puts a refusal that is about the image, and not about the visitor, into words for a
// part of the page, and gives the status; other errors are given back.
func said(c echo.Context, err error, problem *string) (int, error) {
	if err == nil {
		return http.StatusOK, nil
	}
	switch kind := errs.KindOf(err); kind {
	case errs.NotFound, errs.Unavailable:
		*problem = httpx.Message(c, err)
		return httpx.Status(kind), nil
	case errs.Unsupported, errs.Invalid: // it is what it is, and this is all there is to show
		*problem = httpx.Message(c, err)
		return http.StatusOK, nil
	}
	return http.StatusOK, err
}

// download is GET /containers/{namespace}/{collection}/{container}:{reference}?view=download:
// the image file.
func (s *Site) download(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.download"
	i, err := s.registry.Image(c.Request().Context(), httpx.Actor(c), path, reference, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	f, err := s.registry.OpenFile(i)
	if err != nil {
		return errs.Wrap(op, err)
	}
	defer f.Close()
	return errs.Wrap(op, httpx.ServeBlob(c, f, httpx.Blob{Digest: i.Content.String(), Type: "application/vnd.sylabs.sif.layer.v1.sif", Name: i.FileName(),
		Whole: func() { s.registry.Pulls.Count(i.ContainerID, i.Content) },
		Part:  func() { s.registry.Pulls.CountPartial(httpx.Actor(c), i.ContainerID, i.Content) }}))
}
