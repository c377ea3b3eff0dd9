package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/templates"
)

// readRules reads the rules of a form, one a line. They are never nil, which would be those
// of the collection. Errors: Invalid.
func readRules(f fields) ([]model.RetentionRule, error) {
	rules := []model.RetentionRule{}
	for line := range strings.Lines(f.Get("rules")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r, err := model.ParseRetentionRule(line)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// rulesText writes rules as readRules reads them.
func rulesText(rules []model.RetentionRule) string {
	lines := make([]string, len(rules))
	for at, r := range rules {
		lines[at] = r.String()
	}
	return strings.Join(lines, "\n")
}

// setRetention is POST …/settings/retention; no rule lets everything stay.
func (s *Site) setRetention(c echo.Context, actor model.Actor, path ref.Path, f fields) (outcome, error) {
	rules, err := readRules(f)
	if err != nil {
		return outcome{}, err
	}
	says := "Retention rules saved. The next cleanup applies them."
	if len(rules) == 0 {
		says = "Retention rules removed. All tags are kept."
	}
	return outcome{says: says}, s.registry.SetRetention(c.Request().Context(), actor, path, rules)
}

// tryRetention is POST …/settings/retention/try: it shows what would go by the rules that
// were typed, and changes nothing.
func (s *Site) tryRetention(c echo.Context) error {
	const op = "web.tryRetention"
	actor, values, err := signedInForm(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, err := namedCollection(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	dry := templates.DryRun{Done: true}
	rules, err := readRules(fields{values})
	if err == nil {
		dry.Tags, dry.More, err = s.registry.ExpiringTags(c.Request().Context(), actor, path, rules)
	}
	if errs.Is(err, errs.Invalid) {
		return s.showCollectionSettings(c, http.StatusUnprocessableEntity, actor, path, fields{values}, templates.Problems{"rules": errs.Message(err)})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	view, err := s.settingsOf(c, actor, path, fields{values})
	if err != nil {
		return errs.Wrap(op, err)
	}
	view.DryRun, view.Page = dry, s.page(c)
	return render(c, http.StatusOK, view.View())
}
