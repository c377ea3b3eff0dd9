package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/templates"
)

// adminSettings is GET /admin/settings.
func (s *Site) adminSettings(c echo.Context, actor model.Actor) error {
	return s.showSettings(c, http.StatusOK, actor, nil, nil)
}

func (s *Site) showSettings(c echo.Context, status int, actor model.Actor, typed map[string]string, problems templates.Problems) error {
	list, err := s.registry.RunningSettings(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap("web.showSettings", err)
	}
	return render(c, status, templates.AdminSettings{Page: s.page(c), Settings: list, Typed: typed, Problems: problems}.View())
}

// changeSettings is POST /admin/settings. Only what differs from what is in force is
// changed, so that a form which is an hour old does not undo what it did not touch more
// than it must.
func (s *Site) changeSettings(c echo.Context, actor model.Actor) error {
	const op = "web.changeSettings"
	form, err := readForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, err := s.registry.RunningSettings(c.Request().Context(), actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	typed, changes := map[string]string{}, map[string]string{}
	for _, one := range list {
		if !form.Has(one.Name) {
			continue
		}
		// Browsers end lines as mail does.
		typed[one.Name] = strings.ReplaceAll(form.Get(one.Name), "\r\n", "\n")
		if strings.TrimSpace(typed[one.Name]) != one.Value {
			changes[one.Name] = typed[one.Name]
		}
	}
	if len(changes) == 0 {
		return s.goTo(c, "/admin/settings", "No changes.")
	}
	err = s.registry.ChangeSettings(c.Request().Context(), actor, changes)
	if isAbout(err) {
		return s.showSettings(c, http.StatusUnprocessableEntity, actor, typed, templates.Problems{"": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, "/admin/settings", "Settings saved and applied.")
}
