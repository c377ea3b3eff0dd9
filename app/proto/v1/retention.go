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
	return httpx.JSON(c, http.StatusOK, api.Retention{Rules: each(rules, wireRule)})
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
	list, more, err := d.registry.ExpiringTags(c.Request().Context(), httpx.Actor(c), name, rules)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, api.Expiring{More: more, Tags: each(list, func(e model.ExpiringTag) api.ExpiringTag {
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
