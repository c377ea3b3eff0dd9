package v1

import (
	"net/http"
	"time"

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
	u, err := d.registry.NamedUsage(c.Request().Context(), httpx.Actor(c), name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return c.JSON(http.StatusOK, wireUsage(u))
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
	return c.JSON(http.StatusOK, wireUsage(u))
}

func wireUsage(u model.Usage) api.Usage {
	return api.Usage{Name: u.Name, Used: u.Used, Reserved: u.Reserved, Quota: u.Quota, Default: u.Default}
}

// wireMeasured is wireUsage in a list, where the name alone does not tell what it is of.
func wireMeasured(q model.Quota) api.Usage {
	u := wireUsage(q.Usage)
	u.Kind = string(q.Kind)
	return u
}

// retention is GET /api/v1/collections/{collection}/retention.
func (d *door) retention(c echo.Context) error {
	const op = "v1.retention"
	name, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	rules, err := d.registry.Retention(c.Request().Context(), httpx.Actor(c), name)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return c.JSON(http.StatusOK, api.Retention{Rules: each(rules, wireRule)})
}

// setRetention is PUT /api/v1/collections/{collection}/retention.
func (d *door) setRetention(c echo.Context) error {
	const op = "v1.setRetention"
	name, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in api.Retention
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.SetRetention(c.Request().Context(), httpx.Actor(c), name, each(in.Rules, readRule)); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// previewRetention is POST /api/v1/collections/{collection}/retention/preview.
func (d *door) previewRetention(c echo.Context) error {
	const op = "v1.previewRetention"
	name, err := pathParam(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	var in api.Retention
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	var rules []model.RetentionRule
	if len(in.Rules) > 0 {
		rules = each(in.Rules, readRule)
	}
	list, more, err := d.registry.Expiring(c.Request().Context(), httpx.Actor(c), name, rules)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return c.JSON(http.StatusOK, api.Expiring{More: more, Tags: each(list, func(e model.Expiring) api.ExpiringTag {
		return api.ExpiringTag{Name: e.Container + ":" + e.Tag, Updated: e.Updated, Pulled: moment(e.Pulled), Size: e.Size}
	})})
}

func wireRule(r model.RetentionRule) api.RetentionRule {
	return api.RetentionRule{Tags: r.Tags, Last: r.Last, Newer: int64(r.Newer / time.Second), Pulled: int64(r.Pulled / time.Second)}
}

// maxSeconds bounds a time in a rule: a hundred years.
const maxSeconds = 100 * 366 * 24 * 60 * 60

func readRule(r api.RetentionRule) model.RetentionRule {
	return model.RetentionRule{Tags: r.Tags, Last: r.Last, Newer: time.Duration(min(r.Newer, maxSeconds)) * time.Second,
		Pulled: time.Duration(min(r.Pulled, maxSeconds)) * time.Second}
}
