package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"sregistry/app/api"
	"sregistry/app/errs"
)

// Webhooks lists those of a collection or, with "", those that are told of everything.
// Errors: NotFound, Forbidden, Unauthenticated.
func (c *Client) Webhooks(ctx context.Context, collection string) iter.Seq2[api.Webhook, error] {
	return list[api.Webhook](ctx, c, query("collection", collection), "webhooks")
}

// CreateWebhook makes a webhook; the answer is the only one to have its secret. Errors:
// Invalid, Conflict, NotFound, Forbidden, Unauthenticated.
func (c *Client) CreateWebhook(ctx context.Context, want api.NewWebhook) (api.Webhook, error) {
	var out api.Webhook
	err := c.call(ctx, http.MethodPost, c.address("webhooks"), want, &out)
	return out, errs.Wrap("client.CreateWebhook", err)
}

// DeleteWebhook removes a webhook. Errors: NotFound, Forbidden, Unauthenticated.
func (c *Client) DeleteWebhook(ctx context.Context, id int64) error {
	return errs.Wrap("client.DeleteWebhook", c.call(ctx, http.MethodDelete, c.address("webhooks", fmt.Sprint(id)), nil, nil))
}

// Deliveries lists what a webhook was and will be told, newest first. Errors: NotFound,
// Unauthenticated.
func (c *Client) Deliveries(ctx context.Context, webhook int64) iter.Seq2[api.Delivery, error] {
	return list[api.Delivery](ctx, c, nil, "webhooks", fmt.Sprint(webhook), "deliveries")
}

// Redeliver sends a delivery again. Errors: NotFound, Unauthenticated.
func (c *Client) Redeliver(ctx context.Context, webhook, delivery int64) error {
	address := c.address("webhooks", fmt.Sprint(webhook), "deliveries", fmt.Sprint(delivery))
	return errs.Wrap("client.Redeliver", c.call(ctx, http.MethodPost, address, nil, nil))
}

// TestWebhook sends a webhook an event of its own, and gives the id of the delivery. Errors:
// NotFound, Unauthenticated.
func (c *Client) TestWebhook(ctx context.Context, webhook int64) (int64, error) {
	var out api.Tested
	err := c.call(ctx, http.MethodPost, c.address("webhooks", fmt.Sprint(webhook), "test"), nil, &out)
	return out.Delivery, errs.Wrap("client.TestWebhook", err)
}
