package store

import (
	"context"
	"strings"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// WebhookRow is a webhook with what its secret is derived from, and the collection's id; 0
// for one that is told everything.
type WebhookRow struct {
	model.Webhook
	CollectionID int64
	Salt         []byte
}

const webhookQuery = `SELECT w.id, coalesce(w.collection_id, 0), coalesce(n.name || '/' || c.name, ''), w.url, w.events, w.salt,
  coalesce(un.name, ''), w.created_at
  FROM webhooks w LEFT JOIN collections c ON c.id = w.collection_id LEFT JOIN names n ON n.id = c.namespace_id
  LEFT JOIN users u ON u.id = w.created_by LEFT JOIN names un ON un.id = u.name_id`

func scanWebhook(row scanner) (WebhookRow, error) {
	var w WebhookRow
	var created int64
	var events string
	err := row.Scan(&w.ID, &w.CollectionID, &w.Collection, &w.URL, &events, &w.Salt, &w.By, &created)
	w.Events, w.Created = strings.Fields(events), fromUnix(created)
	return w, err
}

// AddWebhook keeps a webhook and gives its id. The actor is 0 for the console.
func (t *Tx) AddWebhook(ctx context.Context, w WebhookRow, by int64) (int64, error) {
	return one(ctx, t, "store.AddWebhook", value[int64], `INSERT INTO webhooks (collection_id, url, events, salt, created_by, created_at)
	  VALUES (nullif(?, 0), ?, ?, ?, nullif(?, 0), ?) RETURNING id`,
		w.CollectionID, w.URL, strings.Join(w.Events, " "), w.Salt, by, unix(t.Now))
}

// Webhook finds a webhook. Errors: NotFound.
func (t *Tx) Webhook(ctx context.Context, id int64) (WebhookRow, error) {
	return one(ctx, t, "store.Webhook", scanWebhook, webhookQuery+" WHERE w.id = ?", id)
}

// Webhooks gives those of a collection, or with 0 those that are told everything, in the
// order in which they were made.
func (t *Tx) Webhooks(ctx context.Context, collection int64) ([]WebhookRow, error) {
	return all(ctx, t, "store.Webhooks", scanWebhook, webhookQuery+" WHERE coalesce(w.collection_id, 0) = ? ORDER BY w.id", collection)
}

// DeleteWebhook removes a webhook with its deliveries.
func (t *Tx) DeleteWebhook(ctx context.Context, id int64) error {
	return t.run(ctx, "store.DeleteWebhook", "DELETE FROM webhooks WHERE id = ?", id)
}

// enqueueDeliveries makes a delivery of an event for every webhook that wants to know of it. It is in
// the transaction of the event, so none is ever lost, and none is told what did not happen.
func (t *Tx) enqueueDeliveries(ctx context.Context, event int64, e model.Event) error {
	first, _, _ := strings.Cut(e.Action, ".")
	return t.run(ctx, "store.enqueueDeliveries", `INSERT INTO deliveries (webhook_id, event_id, next_at)
	  SELECT id, ?1, ?2 FROM webhooks WHERE (collection_id IS NULL OR collection_id = ?3)
	     AND (events = '' OR instr(' ' || events || ' ', ' ' || ?4 || ' ') OR instr(' ' || events || ' ', ' ' || ?5 || ' '))`,
		event, unix(t.Now), e.Collection, e.Action, first)
}

// RecordFor is Record for an event that only one webhook is told. It gives the id of the
// delivery.
func (t *Tx) RecordFor(ctx context.Context, e model.Event, webhook int64) (int64, error) {
	const op = "store.RecordFor"
	event, err := t.addEvent(ctx, e)
	if err != nil {
		return 0, err
	}
	return one(ctx, t, op, value[int64], "INSERT INTO deliveries (webhook_id, event_id, next_at) VALUES (?, ?, ?) RETURNING id",
		webhook, event, unix(t.Now))
}

const deliveryColumns = `d.id, d.state, d.tries, d.tried_at, d.next_at, d.status, d.problem,
  e.id, e.at, e.action, e.target, e.collection_id, e.actor_id, e.actor, e.via, e.token, e.token_name, e.source, e.request, e.denied, e.count, e.details`

func scanDeliveryAnd(row scanner, dest ...any) (model.Delivery, error) {
	var d model.Delivery
	var tried, next int64
	all := append(dest, &d.ID, &d.State, &d.Tries, &tried, &next, &d.Status, &d.Problem)
	event, err := scanEvent(prefixed{row, all})
	d.Event, d.Tried, d.Next = event, fromUnix(tried), fromUnix(next)
	return d, err
}

// prefixed is a row of which some columns before the others are read elsewhere.
type prefixed struct {
	scanner
	before []any
}

func (p prefixed) Scan(dest ...any) error { return p.scanner.Scan(append(p.before, dest...)...) }

// Deliveries gives those of a webhook, newest first, before one; 0 for the first page. It
// is one more than the page holds.
func (t *Tx) Deliveries(ctx context.Context, webhook, before int64, p model.Page) ([]model.Delivery, error) {
	return all(ctx, t, "store.Deliveries", func(row scanner) (model.Delivery, error) { return scanDeliveryAnd(row) },
		"SELECT "+deliveryColumns+` FROM deliveries d JOIN events e ON e.id = d.event_id
		  WHERE d.webhook_id = ?1 AND (?2 = 0 OR d.id < ?2) ORDER BY d.id DESC LIMIT ?3`, webhook, before, p.Size()+1)
}

// DueDelivery is a delivery that is to be tried now, and where to.
type DueDelivery struct {
	model.Delivery
	Webhook int64
	URL     string
	Salt    []byte
}

// DueDeliveries gives the deliveries to try now, at most one of each webhook, or only of
// one that is not 0.
func (t *Tx) DueDeliveries(ctx context.Context, webhook int64, limit int) ([]DueDelivery, error) {
	return all(ctx, t, "store.DueDeliveries", func(row scanner) (DueDelivery, error) {
		var d DueDelivery
		var err error
		d.Delivery, err = scanDeliveryAnd(row, &d.Webhook, &d.URL, &d.Salt)
		return d, err
	}, `SELECT w.id, w.url, w.salt, `+deliveryColumns+` FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id JOIN events e ON e.id = d.event_id
	     WHERE d.id IN (SELECT (SELECT x.id FROM deliveries x WHERE x.webhook_id = h.id AND x.state = 'waiting' AND x.next_at <= ?1 ORDER BY x.next_at, x.id LIMIT 1)
	                      FROM (SELECT DISTINCT webhook_id AS id FROM deliveries WHERE state = 'waiting' AND next_at <= ?1 AND (?3 = 0 OR webhook_id = ?3)) h)
	     ORDER BY d.next_at, d.id LIMIT ?2`, unix(t.Now), limit, webhook)
}

// SaveDelivery notes what became of a try.
func (t *Tx) SaveDelivery(ctx context.Context, d model.Delivery) error {
	return t.run(ctx, "store.SaveDelivery", "UPDATE deliveries SET state = ?, tries = ?, tried_at = ?, next_at = ?, status = ?, problem = ? WHERE id = ?",
		d.State, d.Tries, unix(d.Tried), unix(d.Next), d.Status, d.Problem, d.ID)
}

// DelayDeliveries makes all that waits for a webhook wait on, until a moment at least.
func (t *Tx) DelayDeliveries(ctx context.Context, webhook int64, until time.Time) error {
	return t.run(ctx, "store.DelayDeliveries", "UPDATE deliveries SET next_at = ?2 WHERE webhook_id = ?1 AND state = 'waiting' AND next_at < ?2",
		webhook, unix(until))
}

// Redeliver makes a webhook's delivery wait for a first try. Errors: NotFound.
func (t *Tx) Redeliver(ctx context.Context, webhook, id int64) error {
	const op = "store.Redeliver"
	n, err := t.exec(ctx, op, "UPDATE deliveries SET state = 'waiting', tries = 0, next_at = ? WHERE id = ? AND webhook_id = ?", unix(t.Now), id, webhook)
	if err == nil && n == 0 {
		return errs.E(op, errs.NotFound, "There is no delivery %d; it may have been too long ago.", id)
	}
	return err
}

// CountWaitingDeliveries counts the deliveries that wait.
func (t *Tx) CountWaitingDeliveries(ctx context.Context) (int, error) {
	return one(ctx, t, "store.CountWaitingDeliveries", value[int], "SELECT count(*) FROM deliveries WHERE state = 'waiting'")
}

// SweepDeliveries removes at most limit deliveries that are over, beyond the newest keep of
// each webhook, and gives up those that have waited since before a moment. It tells how many
// were removed.
func (t *Tx) SweepDeliveries(ctx context.Context, keep, limit int, since time.Time) (int64, error) {
	const op = "store.SweepDeliveries"
	if err := t.run(ctx, op, `UPDATE deliveries SET state = 'failed', problem = 'It has waited too long.' WHERE id IN (
	  SELECT d.id FROM deliveries d JOIN events e ON e.id = d.event_id WHERE d.state = 'waiting' AND e.at < ?1 AND d.next_at < ?1 LIMIT ?2)`,
		unix(since), limit); err != nil {
		return 0, err
	}
	return t.exec(ctx, op, `DELETE FROM deliveries WHERE id IN (SELECT id FROM (
	  SELECT id, state, row_number() OVER (PARTITION BY webhook_id ORDER BY id DESC) AS place FROM deliveries)
	  WHERE place > ? AND state <> 'waiting' LIMIT ?)`, keep, limit)
}
