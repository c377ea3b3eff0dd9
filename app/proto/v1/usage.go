package v1

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// usages is GET /api/v1/usage.
func (d *door) usages(c echo.Context) error {
	return errs.Wrap("v1.usages", answerPage(c, wireMeasured, d.registry.Usages))
}

// usage is GET /api/v1/usage/{place}.
func (d *door) usage(c echo.Context) error {
	const op = "v1.usage"
	name, err := pathParam(c, "place")
	if err != nil {
		return errs.Wrap(op, err)
	}
	u, err := d.registry.UsageOf(c.Request().Context(), httpx.Actor(c), name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, wireUsage(u))
}

// setQuota is PUT /api/v1/usage/{place}/quota.
func (d *door) setQuota(c echo.Context) error {
	const op = "v1.setQuota"
	name, err := pathParam(c, "place")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in api.Quota
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	u, err := d.registry.SetQuota(c.Request().Context(), httpx.Actor(c), name, in.Bytes)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, wireUsage(u))
}

func wireUsage(u model.Usage) api.Usage {
	return api.Usage{Name: u.Name, Used: u.Used, Metadata: u.Metadata, Reserved: u.Reserved, Quota: u.Quota, Default: u.Default}
}

// wireMeasured is wireUsage in a list, where the name alone does not tell what it is of.
func wireMeasured(q model.Quota) api.Usage {
	u := wireUsage(q.Usage)
	u.Kind = string(q.Kind)
	return u
}
