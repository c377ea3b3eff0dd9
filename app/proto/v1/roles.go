package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// roles is GET /api/v1/collections/{collection}/roles. The core gives them all at once.
func (d *door) roles(c echo.Context) error {
	const op = "v1.roles"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, err := d.registry.Roles(c.Request().Context(), httpx.Actor(c), path)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answerList(c, list, wireRole)
}

// setRole is PUT /api/v1/collections/{collection}/roles.
func (d *door) setRole(c echo.Context) error {
	const op = "v1.setRole"
	path, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in roleChange
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.Role == nil {
		return errs.Wrap(op, missing("role"))
	}
	role, ok := model.ParseRole(*in.Role)
	if !ok && *in.Role != "" {
		return errs.E(op, errs.Invalid, "There is no role %q; use owner, contributor or, to take it away, an empty one.", *in.Role)
	}
	grant := model.RoleAssignment{User: in.User, Team: in.Team, Role: role}
	if err := d.registry.SetRole(c.Request().Context(), httpx.Actor(c), path, grant); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}
