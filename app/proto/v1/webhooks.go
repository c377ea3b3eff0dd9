package v1

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/api"
	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/registry"
)

// webhooks is GET /api/v1/webhooks?collection=.
func (d *door) webhooks(c echo.Context) error {
	const op = "v1.webhooks"
	in, err := pathQuery(c, "collection")
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, err := d.registry.Webhooks(c.Request().Context(), httpx.Actor(c), in)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return answerList(c, list, wireWebhook)
}

// createWebhook is POST /api/v1/webhooks.
func (d *door) createWebhook(c echo.Context) error {
	const op = "v1.createWebhook"
	var in api.NewWebhook
	if err := httpx.ReadJSON(c, &in); err != nil {
		return errs.Wrap(op, err)
	}
	if in.URL == "" {
		return errs.Wrap(op, missing("url"))
	}
	want := registry.NewWebhook{URL: in.URL, Events: in.Events}
	if in.Collection != "" {
		var err error
		if want.In, err = ref.ParsePath(in.Collection); err != nil {
			return errs.Wrap(op, err)
		}
	}
	made, secret, err := d.registry.CreateWebhook(c.Request().Context(), httpx.Actor(c), want)
	if err != nil {
		return errs.Wrap(op, err)
	}
	out := wireWebhook(made)
	out.Secret = secret
	return httpx.JSON(c, http.StatusCreated, out)
}

// deleteWebhook is DELETE /api/v1/webhooks/{webhook}.
func (d *door) deleteWebhook(c echo.Context) error {
	const op = "v1.deleteWebhook"
	id, err := numberParam(c, "webhook")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.DeleteWebhook(c.Request().Context(), httpx.Actor(c), id); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// deliveries is GET /api/v1/webhooks/{webhook}/deliveries.
func (d *door) deliveries(c echo.Context) error {
	const op = "v1.deliveries"
	id, err := numberParam(c, "webhook")
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, answerPage(c, wireDelivery, func(ctx context.Context, actor model.Actor, page model.Page) ([]model.Delivery, string, error) {
		return d.registry.Deliveries(ctx, actor, id, page)
	}))
}

// redeliver is POST /api/v1/webhooks/{webhook}/deliveries/{delivery}.
func (d *door) redeliver(c echo.Context) error {
	const op = "v1.redeliver"
	webhook, err := numberParam(c, "webhook")
	if err != nil {
		return errs.Wrap(op, err)
	}
	delivery, err := numberParam(c, "delivery")
	if err != nil {
		return errs.Wrap(op, err)
	}
	if err := d.registry.Redeliver(c.Request().Context(), httpx.Actor(c), webhook, delivery); err != nil {
		return errs.Wrap(op, err)
	}
	return c.NoContent(http.StatusNoContent)
}

// testWebhook is POST /api/v1/webhooks/{webhook}/test.
func (d *door) testWebhook(c echo.Context) error {
	const op = "v1.testWebhook"
	id, err := numberParam(c, "webhook")
	if err != nil {
		return errs.Wrap(op, err)
	}
	delivery, err := d.registry.TestWebhook(c.Request().Context(), httpx.Actor(c), id)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return httpx.JSON(c, http.StatusCreated, api.Tested{Delivery: delivery})
}

func wireWebhook(w model.Webhook) api.Webhook {
	return api.Webhook{ID: w.ID, Collection: strings.TrimPrefix(w.Collection, ref.Library+"/"), URL: w.URL, Events: append([]string{}, w.Events...), By: w.By, Created: w.Created}
}

func wireDelivery(d model.Delivery) api.Delivery {
	out := api.Delivery{ID: d.ID, Action: d.Event.Action, Target: d.Event.Target, At: d.Event.At, State: string(d.State), Tries: d.Tries,
		Tried: moment(d.Tried), Status: d.Status, Problem: d.Problem}
	if d.State == model.Waiting {
		out.Next = moment(d.Next)
	}
	return out
}
