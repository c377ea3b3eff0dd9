package hub

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
)

// maxLabelImages bounds the images that a list of labels names, all labels together.
const maxLabelImages = 20_000

// labels answers GET /api/labels/search, /KEY/key, /VALUE/value and /KEY/key/VALUE/value
// below it. Large and small letters count alike, as the client sends small ones only.
func (d *door) labels(c echo.Context) error {
	const op = "hub.labels"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	_, query, _ := strings.Cut(c.Request().URL.Path, "/labels/search")
	key, value, ok := parseLabelQuery(query)
	if !ok {
		return errs.E(op, errs.NotFound, "Labels are searched by /KEY/key, /VALUE/value or /KEY/key/VALUE/value.")
	}
	images := 0
	list, err := model.Gather(maxLabels, func(p model.Page) ([]label, string, error) {
		page, next, err := d.Registry.Labels(c.Request().Context(), actor, key, value, p)
		var part []label
		for _, l := range page {
			if images += len(l.Images); images > maxLabelImages {
				return part, "", err
			}
			part = append(part, label{l.Key, l.Value, l.Images})
		}
		return part, next, err
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusOK, list)
}

// parseLabelQuery reads what follows /labels/search. A value may hold slashes, which its
// client does not escape.
func parseLabelQuery(query string) (key, value string, ok bool) {
	query = strings.TrimPrefix(strings.TrimSuffix(query, "/"), "/")
	if query == "" {
		return "", "", true
	}
	if rest, ok := strings.CutSuffix(query, "/value"); ok {
		if key, value, both := strings.Cut(rest, "/key/"); both {
			return key, value, key != "" && value != ""
		}
		return "", rest, rest != ""
	}
	key, ok = strings.CutSuffix(query, "/key")
	return key, "", ok && key != ""
}
