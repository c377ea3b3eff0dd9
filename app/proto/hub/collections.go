package hub

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
)

// collections answers GET /api/collections/.
func (d *door) collections(c echo.Context) error {
	const op = "hub.collections"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	visible, err := d.visible(c, actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	tags, err := d.Registry.ListedTags(c.Request().Context(), actor, ref.Path{}, maxImages)
	if err != nil {
		return errs.Wrap(op, err)
	}
	byCollection := map[ref.Collection][]model.ListedTag{}
	for _, t := range tags {
		byCollection[t.Container.Collection] = append(byCollection[t.Container.Collection], t)
	}
	list := make([]collection, 0, len(visible))
	for _, v := range visible {
		list = append(list, d.describeCollection(v, byCollection[v.Name]))
	}
	return errs.Wrap(op, answerList(d, c, list))
}

// collectionByID answers GET /api/collections/ID/.
func (d *door) collectionByID(c echo.Context) error {
	const op = "hub.collectionByID"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	visible, err := d.visible(c, actor)
	if err != nil {
		return errs.Wrap(op, err)
	}
	id := segment(c, "id")
	at := slices.IndexFunc(visible, func(v model.Collection) bool { return strconv.FormatInt(v.ID, 10) == id })
	if at < 0 {
		return errs.E(op, errs.NotFound, "There is no collection %s, or you may not see it.", errs.Clip(id))
	}
	return errs.Wrap(op, d.answerCollection(c, actor, visible[at]))
}

// collection answers GET /api/collection/NAME. What is not there, and what the caller may
// not see, is {}: the Python client says then that it found nothing.
func (d *door) collection(c echo.Context) error {
	const op = "hub.collection"
	actor, err := d.admitToList(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	path, err := normalPath(strings.TrimSuffix(rest(c), "/"))
	var found model.Collection
	if err == nil {
		found, err = d.Registry.Collection(c.Request().Context(), actor, path)
	}
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Unauthenticated, errs.Invalid:
		return httpx.JSON(c, http.StatusOK, struct{}{})
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, d.answerCollection(c, actor, found))
}

// visible lists the collections that an actor may see.
func (d *door) visible(c echo.Context, actor model.Actor) ([]model.Collection, error) {
	return model.Gather(maxCollections, func(p model.Page) ([]model.Collection, string, error) {
		return d.Registry.Collections(c.Request().Context(), actor, p)
	})
}

func (d *door) answerCollection(c echo.Context, actor model.Actor, found model.Collection) error {
	tags, err := d.Registry.ListedTags(c.Request().Context(), actor, found.Name.Path(), maxImages)
	if err != nil {
		return err
	}
	return httpx.JSON(c, http.StatusOK, d.describeCollection(found, tags))
}

// describeCollection writes a collection down.
func (d *door) describeCollection(v model.Collection, tags []model.ListedTag) collection {
	links := make([]containerLink, 0, len(tags))
	for _, t := range tags {
		links = append(links, d.link(t))
	}
	return collection{
		ID: v.ID, Name: v.Name.String(), AddDate: date(v.Created), ModifyDate: date(v.Updated), Containers: links,
	}
}
