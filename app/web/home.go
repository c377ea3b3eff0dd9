package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
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
	list, next, err := s.registry.Collections(ctx, actor, after(c))
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Home{Address: s.base(), Welcome: s.registry.Settings().Welcome, Collections: list,
		More: more("/", next), Later: after(c).After != ""}
	if !view.Later {
		if err := s.overview(ctx, actor, &view); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if len(list) == 0 && actor.IsAnonymous() {
		accounts, err := s.identity.CountUsers(ctx)
		if err != nil {
			return errs.Wrap(op, err)
		}
		view.New = accounts == 0
	}
	view.Page = s.page(c)
	return render(c, http.StatusOK, view.View())
}

// overview puts what stands above the list on the front page.
func (s *Site) overview(ctx context.Context, actor model.Actor, view *templates.Home) (err error) {
	if view.Counts.Collections, view.Counts.Containers, err = s.registry.Counts(ctx, actor); err != nil {
		return err
	}
	stars, _, err := s.registry.StarredBy(ctx, actor, model.Newest, model.Page{Limit: shelf})
	if err != nil {
		return err
	}
	view.Sections = append(view.Sections, templates.HomeSection{Title: "Starred by me", Containers: stars,
		All: templates.SearchQuery{Starred: true, Order: model.Newest}})
	for _, section := range []struct {
		title string
		order model.Order
		worth func(model.Container) bool
	}{
		{"Newest", model.Newest, func(model.Container) bool { return true }},
		{"Most pulled", model.Pulled, func(k model.Container) bool { return k.Pulls > 0 }},
		{"Most starred", model.Starred, func(k model.Container) bool { return k.Stars > 0 }},
	} {
		list, _, err := s.registry.Browse(ctx, actor, section.order, model.Page{Limit: shelf})
		if err != nil {
			return err
		}
		for len(list) > 0 && !section.worth(list[len(list)-1]) { // the least come last
			list = list[:len(list)-1]
		}
		view.Sections = append(view.Sections, templates.HomeSection{Title: section.title, Containers: list,
			All: templates.SearchQuery{Kind: model.KindContainer, Order: section.order}})
	}
	if view.Arches, err = s.registry.Arches(ctx, actor); err != nil {
		return err
	}
	view.Labels, _, err = s.registry.LabelKeys(ctx, actor, model.Page{Limit: shownLabels})
	return err
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
