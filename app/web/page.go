package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/templates"
)

// maxForm bounds the body of a form, in bytes; the largest has some names in it.
const maxForm = 64 << 10

// maxKeyForm bounds the body of a form with public keys, in bytes; written in a form, they
// grow by a third at most.
const maxKeyForm = 2 << 20

// page begins a page: what it shows around its own matter. It takes the flash that was
// left for the visitor, so that it is seen once.
func (s *Site) page(c echo.Context) templates.Page {
	actor := httpx.Actor(c)
	says, undo := cutUndo(strings.Join(s.identity.Flashes(c.Response(), c.Request()), " "))
	return templates.Page{
		Registry: s.registry.Settings().Name,
		Version:  s.settings.Version,
		Viewer:   templates.Viewer{Name: actor.Name, Admin: actor.Admin},
		Path:     c.Request().URL.RequestURI(),
		Flash:    says,
		Undo:     undo,
	}
}

// render answers with a page. None is kept by the browser or on the way: each depends on
// who looks, and the next to look may be somebody else.
func render(c echo.Context, status int, page httpx.Component) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.Render(c, status, page)
}

// goTo sends the browser on to a path of this site with a GET, and leaves a sentence for
// the page there unless it is empty.
func (s *Site) goTo(c echo.Context, path, flash string) error {
	if flash != "" {
		if err := s.identity.AddFlash(c.Response(), c.Request(), flash); err != nil {
			return errs.Wrap("web.goTo", err)
		}
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Redirect(http.StatusSeeOther, path)
}

// readForm reads the fields that a browser sent, and none of the query. Errors: TooLarge,
// Invalid for a body that is no form.
func readForm(c echo.Context) (url.Values, error) { return readLargeForm(c, maxForm) }

// readLargeForm is readForm with a bound of its own, in bytes.
func readLargeForm(c echo.Context, most int64) (url.Values, error) {
	const op = "web.readLargeForm"
	form, err := httpx.ReadForm(c, most)
	if errs.Is(err, errs.TooLarge) {
		return nil, errs.E(op, errs.TooLarge, "The form is larger than %d KiB. Shorten it and try again.", most>>10)
	}
	return form, errs.Wrap(op, err)
}
