package web

import (
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/linediff"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
	"sregistry/templates"
)

// compare is GET /containers/{namespace}/{collection}/{container}:{reference}?view=compare:
// what differs between the image and another of its container, named by the parameter with.
func (s *Site) compare(c echo.Context, path ref.Path, reference ref.Reference) error {
	const op = "web.compare"
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	head, err := s.head(c, path, reference)
	if err != nil {
		return errs.Wrap(op, err)
	}
	tags, err := s.registry.FindTags(ctx, actor, path, registry.TagQuery{Page: model.Page{Limit: model.MaxLimit}})
	if err != nil {
		return errs.Wrap(op, err)
	}
	view := templates.Compare{ImageHead: head, With: c.QueryParam("with")}
	for _, t := range tags.Tags {
		if t.Name != head.Image.Tag {
			view.Choices = append(view.Choices, t.Name)
		}
	}
	status := http.StatusOK
	if view.With != "" {
		status, err = said(c, s.fillComparison(c, path, reference, &view), &view.Problem)
		if err != nil {
			return errs.Wrap(op, err)
		}
	}
	view.Page = s.page(c)
	return render(c, status, view.View())
}

// fillComparison finds the old image, and what differs.
func (s *Site) fillComparison(c echo.Context, path ref.Path, reference ref.Reference, view *templates.Compare) error {
	ctx, actor := c.Request().Context(), httpx.Actor(c)
	with, err := ref.ParseReference(view.With)
	if err != nil {
		return err
	}
	new, newText, old, oldText, err := s.registry.InspectPair(ctx, actor, path, reference, with, view.Arch)
	if err != nil {
		return err
	}
	before, err := readReport(oldText)
	if err != nil {
		return err
	}
	after, err := readReport(newText)
	if err != nil {
		return err
	}
	view.Old = &templates.ImageHead{Image: old, Public: view.Public, Arch: view.Arch}
	for _, text := range []struct {
		part string
		into *[]linediff.Line
	}{{"definition", &view.Definition}, {"environment", &view.Environment}} {
		var cut bool
		was, is := partOf(before, text.part), partOf(after, text.part)
		if *text.into, cut = linediff.Lines(was, is); cut {
			view.Truncated = append(view.Truncated, textOf(text.part))
		}
	}
	var cut bool
	if view.Labels, cut = labelChanges(old.Labels, new.Labels); cut {
		view.Truncated = append(view.Truncated, wholeReport)
	}
	view.Files, err = s.registry.CompareFiles(ctx, old, new)
	_, err = said(c, err, &view.FilesProblem)
	return err
}

// labelChanges are the labels that differ, in the order of their keys, and whether not all of
// that is shown.
func labelChanges(old, new map[string]string) (list []templates.LabelChange, cut bool) {
	keys := slices.Sorted(maps.Keys(new))
	for key := range old {
		if _, ok := new[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	clip := func(value string) string {
		shown := beginning(value, maxShownLabel, maxShownLines)
		if len(shown) == len(value) {
			return value
		}
		cut = true
		return shown + "…"
	}
	for _, key := range keys {
		if old[key] == new[key] {
			continue
		}
		if len(list) == maxShownLabels {
			return list, true
		}
		list = append(list, templates.LabelChange{Key: key, Old: clip(old[key]), New: clip(new[key])})
	}
	return list, cut
}
