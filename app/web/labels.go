package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/templates"
)

// labels is GET /labels: the keys of labels.
func (s *Site) labels(c echo.Context) error {
	keys, next, err := s.registry.LabelKeys(c.Request().Context(), httpx.Actor(c), after(c))
	if err != nil {
		return errs.Wrap("web.labels", err)
	}
	view := templates.Labels{Page: s.page(c), Keys: keys, More: more("/labels", next)}
	return render(c, http.StatusOK, view.View())
}

// label is GET /labels/{key}: the values of a key. A key that nobody uses, and one that
// the visitor may not know, have none.
func (s *Site) label(c echo.Context) error {
	const op = "web.label"
	// Echo unescapes a path, unless it has an escape that matters, such as "%2F".
	key := c.Param("*")
	if c.Request().URL.RawPath != "" {
		var err error
		if key, err = url.PathUnescape(key); err != nil {
			return errs.Because(op, errs.Invalid, err, "The address contains an invalid %% escape.")
		}
	}
	values, next, err := s.registry.LabelValues(c.Request().Context(), httpx.Actor(c), key, after(c))
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Label{Page: s.page(c), Key: key, Values: values, More: more(templates.LabelPath(key), next)}
	return render(c, http.StatusOK, view.View())
}
