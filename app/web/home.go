package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
	"sregistry/templates"
)

const (
	// shelf is how many containers a section of the front page shows.
	shelf = 5
	// shownLabels is how many keys of labels it shows.
	shownLabels = 12
)

// home is GET /: what this registry is, and what the visitor may see in it. A later part
// of the list of collections is shown alone.
func (s *Site) home(c echo.Context) error {
	const op = "web.home"
	if err := s.testCredentials(c); err != nil {
		return unauthorized(c, err)
	}
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	home, err := s.registry.Home(ctx, actor, registry.HomeQuery{Page: after(c), Containers: shelf, Labels: shownLabels})
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Home{Page: s.page(c), Address: s.base(), Welcome: s.registry.Settings().Welcome, Collections: home.Collections,
		New: home.NoAccounts, More: more("/", home.Next), Later: after(c).After != "", Arches: home.Arches, Labels: home.Labels,
		Counts: templates.HomeCounts{Collections: home.CollectionCount, Containers: home.ContainerCount}}
	if !view.Later {
		view.Sections = homeSections(home)
	}
	return render(c, http.StatusOK, view.View())
}

// homeSections are the lists of containers on the front page.
func homeSections(home registry.Home) []templates.HomeSection {
	sections := []templates.HomeSection{{Title: "Starred by me", Containers: home.Starred, All: templates.SearchQuery{Starred: true, Order: model.Newest}}}
	for _, section := range []struct {
		title string
		order model.Order
		list  []model.Container
		worth func(model.Container) bool
	}{
		{"Newest", model.Newest, home.Newest, func(model.Container) bool { return true }},
		{"Most pulled", model.Pulled, home.MostPulled, func(k model.Container) bool { return k.Pulls > 0 }},
		{"Most starred", model.Starred, home.MostStarred, func(k model.Container) bool { return k.Stars > 0 }},
	} {
		list := section.list
		for len(list) > 0 && !section.worth(list[len(list)-1]) { // the least come last
			list = list[:len(list)-1]
		}
		sections = append(sections, templates.HomeSection{Title: section.title, Containers: list,
			All: templates.SearchQuery{Kind: model.KindContainer, Order: section.order}})
	}
	return sections
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
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + url.Values{cursor: {next}}.Encode()
}

// collectionsElsewhere is GET /collections, where somebody lands who takes the end off an
// address: the front page lists them.
func (s *Site) collectionsElsewhere(c echo.Context) error {
	return s.goTo(c, "/", "")
}
