package v1

import (
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// events is GET /api/v1/events?collection=&actor=&action=&target=&source=&denied=&since=&until=.
func (d *door) events(c echo.Context) error {
	const op = "v1.events"
	page, err := httpx.ReadPage(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	in, err := pathQuery(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	filter, err := eventFilter(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, next, err := d.registry.Events(c.Request().Context(), httpx.Actor(c), in, filter, page)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answerList(c, list, next, wireEvent)
}

// pathQuery reads a name of the query; absent is the empty path.
func pathQuery(c echo.Context, name string) (ref.Path, error) {
	text := c.QueryParam(name)
	if text == "" {
		return ref.Path{}, nil
	}
	return ref.ParsePath(text)
}

func eventFilter(c echo.Context) (registry.EventFilter, error) {
	f := registry.EventFilter{Actor: c.QueryParam("actor"), Action: c.QueryParam("action"), Target: c.QueryParam("target"),
		Source: c.QueryParam("source")}
	var err error
	if c.QueryParam("denied") != "" {
		denied, err := flagQuery(c, "denied")
		if err != nil {
			return f, err
		}
		f.Denied = &denied
	}
	if f.Since, err = timeQuery(c, "since"); err != nil {
		return f, err
	}
	f.Until, err = timeQuery(c, "until")
	return f, err
}

// timeQuery reads a moment of the query; absent is the zero time.
func timeQuery(c echo.Context, name string) (time.Time, error) {
	text := c.QueryParam(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, errs.E("v1.timeQuery", errs.Invalid, "%s is a time such as 2026-01-31T12:00:00Z.", name)
	}
	return at, nil
}

func wireEvent(e model.Event) api.Event {
	return api.Event{ID: e.ID, At: e.At, Action: e.Action, Target: e.Target, Actor: e.Actor, Via: string(e.Via), Token: e.Token,
		TokenName: e.TokenName, Source: e.Source, Request: e.Request, Denied: e.Denied, Count: e.Count, Details: e.Details}
}
