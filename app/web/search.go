package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/templates"
)

const (
	// maxSearch bounds what is searched for, in bytes.
	maxSearch = 1000
	// shownOfEach is how many things of each kind are shown where all kinds are.
	shownOfEach = 6
)

// search is GET /search. With ?fragment it is only what was found, for a page that shows
// it while somebody types.
func (s *Site) search(c echo.Context) error {
	const op = "web.search"
	q, err := readSearch(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	page := model.Page{After: c.QueryParam("after")}
	if q.Kind == "" {
		page = model.Page{Limit: shownOfEach}
	}
	found, err := s.registry.Search(ctx, actor, registry.Query{Text: q.Text, Kind: q.Kind, Namespace: q.Namespace,
		Arch: q.Arch, Key: q.Key, Value: q.Value, Signed: q.Signed, Starred: q.Starred, Order: q.Order}, page)
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Search{Query: q, Containers: found.Containers, Collections: found.Collections, Tags: found.Tags,
		Labels: found.Labels, Definitions: found.Definitions, More: found.More, Next: more(q.Path(), found.Next)}
	if c.QueryParam("fragment") != "" {
		view.Page.Viewer.Name = actor.Name
		return render(c, http.StatusOK, view.Results())
	}
	if view.Arches, err = s.registry.Arches(ctx, actor); err != nil {
		return errs.Wrap(op, err)
	}
	view.Page = s.page(c)
	view.Page.Search = q.Text
	return render(c, http.StatusOK, view.View())
}

// readSearch reads what is looked for. Without words there is only one kind to find.
func readSearch(c echo.Context) (templates.SearchQuery, error) {
	q := templates.SearchQuery{Text: strings.TrimSpace(c.QueryParam("q")), Kind: model.Kind(c.QueryParam("kind")),
		Namespace: c.QueryParam("owner"), Arch: c.QueryParam("arch"), Key: c.QueryParam("label"), Value: c.QueryParam("value"),
		Signed: c.QueryParam("signed") != "", Starred: c.QueryParam("starred") != "", Order: model.Order(c.QueryParam("sort"))}
	if len(q.Text)+len(q.Namespace)+len(q.Arch)+len(q.Key)+len(q.Value) > maxSearch {
		return q, errs.E("web.readSearch", errs.Invalid, "The search text is too long. Use at most %d characters.", maxSearch)
	}
	if q.Order == "" {
		q.Order = model.Pulled
	}
	if q.Text == "" || q.Arch != "" || q.Key != "" || q.Signed || q.Starred {
		q.Kind = model.KindContainer
	}
	return q, nil
}
