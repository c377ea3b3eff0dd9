package web

import (
	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/templates"
)

// star is POST /do/star/{container}, and unstar its undoing. Both lead back to the
// container's page.
func (s *Site) star(c echo.Context) error   { return s.setStar(c, true) }
func (s *Site) unstar(c echo.Context) error { return s.setStar(c, false) }

func (s *Site) setStar(c echo.Context, given bool) error {
	const op = "web.setStar"
	actor, err := signedIn(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, err := namedContainer(c, c.Param("*"))
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := s.registry.SetStar(c.Request().Context(), actor, path, given); err != nil {
		return errs.Wrap(op, err)
	}
	return s.goTo(c, templates.ContainerPath(path.Container(true)), "")
}
