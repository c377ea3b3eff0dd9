package v1

import (
	"context"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// events is GET /api/v1/events?collection=&actor=&action=&target=&source=&denied=&since=&until=.
func (d *door) events(c echo.Context) error {
	const op = "v1.events"
	in, err := pathQuery(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	filter, err := eventFilter(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireEvent, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Event, string, error) {
		return d.registry.Events(ctx, actor, in, filter, page)
	}))
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

func wireEvent(e model.Event) api.Event {
	return api.Event{ID: e.ID, At: e.At, Action: e.Action, Target: e.Target, Actor: e.Actor, Via: string(e.Via), Token: e.Token,
		TokenName: e.TokenName, Source: e.Source, Request: e.Request, Denied: e.Denied, Count: e.Count, Details: e.Details}
}
