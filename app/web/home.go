package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/templates"
)

// home is GET /: what this registry is, and the collections that the visitor may see.
func (s *Site) home(c echo.Context) error {
	list, next, err := s.registry.Collections(c.Request().Context(), httpx.Actor(c), after(c))
	if err != nil {
		return errs.Wrap("web.home", err)
	}
	page := templates.Home{Address: s.base(), Collections: list, More: more("/", next)}
	if len(list) == 0 && httpx.Actor(c).IsAnonymous() {
		accounts, err := s.identity.CountUsers(c.Request().Context())
		if err != nil {
			return errs.Wrap("web.home", err)
		}
		page.New = accounts == 0
	}
	page.Page = s.page(c)
	return render(c, http.StatusOK, page.View())
}

// after gives the part of a list that a page shows: what follows the query's cursor.
func after(c echo.Context) model.Page { return model.Page{After: c.QueryParam("after")} }

// more gives the address of a list's next part; empty at its end.
func more(path, next string) string { return moreBy(path, "after", next) }

// moreBy is more for a page of several lists, each with a cursor of its own name.
func moreBy(path, cursor, next string) string {
	if next == "" {
		return ""
	}
	return path + "?" + url.Values{cursor: {next}}.Encode()
}
