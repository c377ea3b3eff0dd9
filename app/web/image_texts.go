package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/ref"
	"sregistry/templates"
)

// texts are what is written in an image, each a file to download where a page shows only its
// beginning, by the names that addresses have for them.
var texts = []struct {
	part, title, suffix string
	of                  func(report) string
}{
	{"definition", "Definition file", ".def", func(r report) string { return r.Definition }},
	{"runscript", "Runscript", ".sh", func(r report) string { return r.Runscript }},
	{"startscript", "Startscript", ".sh", func(r report) string { return r.Startscript }},
	{"environment", "Environment", ".sh", func(r report) string { return r.environment() }},
	{"test", "Test", ".sh", func(r report) string { return r.Test }},
	{"help", "Help", ".txt", func(r report) string { return r.Help }},
}

// textOf is the download of one of texts.
func textOf(part string) templates.Download {
	for _, t := range texts {
		if t.part == part {
			return templates.Download{Title: t.title, View: "text", Part: part}
		}
	}
	panic("web: there is no text " + part)
}

// What else can be downloaded: all that the core found in an image file, and the manifest of
// any image.
var (
	wholeReport   = templates.Download{Title: "Labels and scripts (JSON)", View: "report"}
	wholeManifest = templates.Download{Title: "Manifest", View: "manifest"}
)

// text is GET /containers/{namespace}/{collection}/{container}:{reference}?view=text&part=…:
// one of texts, whole.
func (s *Site) text(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.text"
	i, found, err := s.registry.Inspect(c.Request().Context(), httpx.Actor(c), path, reference, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	r, err := readReport(found)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for _, t := range texts {
		if t.part == c.QueryParam("part") && t.of(r) != "" {
			return errs.Wrap(op, attach(c, i.FileName()+"."+t.part+t.suffix, echo.MIMETextPlainCharsetUTF8, []byte(t.of(r))))
		}
	}
	return errs.E(op, errs.NotFound, "The image has no such text.")
}

// report is GET …?view=report: all that was found in an image file, as JSON.
func (s *Site) report(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.report"
	i, found, err := s.registry.Inspect(c.Request().Context(), httpx.Actor(c), path, reference, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if found == nil {
		return errs.E(op, errs.NotFound, "The image is not a single image file.")
	}
	return errs.Wrap(op, attach(c, i.FileName()+".json", echo.MIMEApplicationJSON, found))
}

// manifest is GET …?view=manifest: the manifest of an image, as it was pushed.
func (s *Site) manifest(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.manifest"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	i, err := s.registry.Image(ctx, actor, path, reference, c.QueryParam("arch"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	m, err := s.registry.Manifest(ctx, actor, path, ref.Reference{Digest: i.Digest})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, attach(c, i.FileName()+".manifest.json", echo.MIMEApplicationJSON, m.Body))
}

// attach answers with a file to save.
func attach(c echo.Context, name, contentType string, content []byte) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, httpx.Attachment(name))
	h.Set(echo.HeaderCacheControl, "private, no-store")
	return httpx.Bytes(c, http.StatusOK, contentType, content)
}

// partOf gives one of texts, by its name.
func partOf(r report, part string) string {
	for _, t := range texts {
		if t.part == part {
			return t.of(r)
		}
	}
	return ""
}
