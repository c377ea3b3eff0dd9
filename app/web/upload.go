package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// upload is GET /upload: the page to send image files from. The query may say into which
// collection or container.
func (s *Site) upload(c echo.Context) error {
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap("web.upload", err)
	}
	form := templates.UploadForm{Collection: c.QueryParam("collection"), Container: c.QueryParam("container"), Tag: ref.Latest}
	return s.showUpload(c, http.StatusOK, actor, form, nil)
}

// showUpload shows the page with a form.
func (s *Site) showUpload(c echo.Context, status int, actor model.Actor, form templates.UploadForm, problems templates.Problems) error {
	own, err := s.registry.SuggestedCollections(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap("web.showUpload", err)
	}
	return render(c, status, templates.Upload{Page: s.page(c), Collections: own, Form: form, Problems: problems}.View())
}
