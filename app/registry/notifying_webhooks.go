package registry

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"

	"sregistry/app/access"
	"sregistry/app/courier"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

const (
	// maxWebhooks bounds those of one collection, and those that are told everything.
	maxWebhooks = 20
	// maxWebhookEvents bounds the words that one chooses.
	maxWebhookEvents = 50
	webhookSaltSize  = 16
)

// DeriveSecret makes the secret of a webhook out of its salt and its id and a key that is not in
// the database.
type DeriveSecret func(salt []byte, id int64) ([]byte, error)

// Enable gives the core what it needs for webhooks: their secrets, and a courier.
// It is called once, before the first request; without it there are none.
func (w *Deliverer) Enable(derive DeriveSecret, c *courier.Courier) {
	w.secret, w.courier = derive, c
}

// Webhooks lists the webhooks of a collection, for its owners, or with an empty path those
// that are told of everything, for admins. Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) Webhooks(ctx context.Context, actor model.Actor, in ref.Path) (list []model.Webhook, err error) {
	const op = "registry.Webhooks"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		f, err := s.authorizeAudit(ctx, tx, actor, in, EventFilter{})
		if err != nil {
			return err
		}
		rows, err := tx.Webhooks(ctx, f.Collection)
		for _, w := range rows {
			list = append(list, w.Webhook)
		}
		return err
	})
	return list, errs.Wrap(op, err)
}

// NewWebhook is what CreateWebhook needs to know.
type NewWebhook struct {
	In     ref.Path // the collection; empty for all that happens
	URL    string
	Events []string // words of actions, or those before the dot; none is all
}

// CreateWebhook makes a webhook; its secret is told here and never again. Owners may for
// their collections, and admins for all that happens. Errors: Invalid for the address or an
// event, Conflict for too many, NotFound, Forbidden, Unauthenticated, Unavailable if this
// program sends none.
func (s *Service) CreateWebhook(ctx context.Context, actor model.Actor, n NewWebhook) (w model.Webhook, secret string, err error) {
	const op = "registry.CreateWebhook"
	if s.Deliverer.courier == nil {
		return w, "", errs.E(op, errs.Unavailable, "This program sends no webhooks; ask the server.")
	}
	events, err := checkWebhookEvents(n.Events)
	if err == nil {
		err = s.Deliverer.courier.Check(n.URL)
	}
	if err != nil {
		return w, "", errs.Wrap(op, err)
	}
	row := store.WebhookRow{Salt: make([]byte, webhookSaltSize)}
	rand.Read(row.Salt)
	row.URL, row.Events = n.URL, events
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		f, err := s.authorizeAudit(ctx, tx, actor, n.In, EventFilter{})
		if err != nil {
			return err
		}
		others, err := tx.Webhooks(ctx, f.Collection)
		if err != nil {
			return err
		}
		if len(others) >= maxWebhooks {
			return errs.E(op, errs.Conflict, "There are %d webhooks already; delete one that is not needed.", len(others))
		}
		row.CollectionID = f.Collection
		if row.ID, err = tx.AddWebhook(ctx, row, actor.UserID); err != nil {
			return err
		}
		if row, err = tx.Webhook(ctx, row.ID); err != nil {
			return err
		}
		return tx.Record(ctx, recordable(actor, model.WebhookCreated, row))
	})
	if err != nil {
		return w, "", errs.Wrap(op, err)
	}
	key, err := s.Deliverer.secret(row.Salt, row.ID)
	return row.Webhook, courier.Secret(key), errs.Wrap(op, err)
}

// recordable is the event of something that was done to a webhook. Its address is not told:
// those of some services are secrets.
func recordable(actor model.Actor, action string, w store.WebhookRow) model.Event {
	return actor.Did(action, w.Collection, "webhook", strconv.FormatInt(w.ID, 10)).In(w.CollectionID)
}

// checkWebhookEvents holds words to those that there are.
func checkWebhookEvents(words []string) ([]string, error) {
	const op = "registry.checkWebhookEvents"
	if len(words) > maxWebhookEvents {
		return nil, errs.E(op, errs.Invalid, "These are more than %d events; name none for all.", maxWebhookEvents)
	}
	for _, word := range words {
		if !model.IsAction(word) {
			return nil, errs.E(op, errs.Invalid, "%q is no event. There are %s, and parts of them such as tag.delete, which the log shows.", word, strings.Join(model.ActionKinds(), ", "))
		}
	}
	sorted := slices.Sorted(slices.Values(words))
	return slices.Compact(sorted), nil
}

// DeleteWebhook removes a webhook; what still waits for it is not sent. Whoever may make it
// may. Errors: NotFound, Forbidden, Unauthenticated.
func (s *Service) DeleteWebhook(ctx context.Context, actor model.Actor, id int64) error {
	const op = "registry.DeleteWebhook"
	return errs.Wrap(op, s.updateWebhook(ctx, actor, id, func(tx *store.Tx, w store.WebhookRow) error {
		if err := tx.DeleteWebhook(ctx, id); err != nil {
			return err
		}
		return tx.Record(ctx, recordable(actor, model.WebhookDeleted, w))
	}))
}

// Deliveries lists what a webhook was and will be told, newest first. Whoever may make it
// may ask. Errors: NotFound, Forbidden, Unauthenticated, Invalid for a bad cursor.
func (s *Service) Deliveries(ctx context.Context, actor model.Actor, webhook int64, p model.Page) (list []model.Delivery, next string, err error) {
	const op = "registry.Deliveries"
	before, err := p.AfterID()
	if err != nil {
		return nil, "", errs.Wrap(op, err)
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := s.webhook(ctx, tx, actor, webhook); err != nil {
			return err
		}
		list, err = tx.Deliveries(ctx, webhook, before, p)
		return err
	})
	list, next = model.Cut(p, list, func(d model.Delivery) string { return model.CursorOf(d.ID) })
	return list, next, errs.Wrap(op, err)
}

// Redeliver sends a delivery again, whatever became of it. Errors: those of Deliveries.
func (s *Service) Redeliver(ctx context.Context, actor model.Actor, webhook, delivery int64) error {
	const op = "registry.Redeliver"
	return errs.Wrap(op, s.updateWebhook(ctx, actor, webhook, func(tx *store.Tx, w store.WebhookRow) error {
		if err := tx.Redeliver(ctx, webhook, delivery); err != nil {
			return err
		}
		e := recordable(actor, model.WebhookRedelivered, w)
		e.Details["delivery"] = strconv.FormatInt(delivery, 10)
		return tx.Record(ctx, e)
	}))
}

// TestWebhook sends a webhook an event of its own, and gives the id of the delivery. Errors:
// those of Deliveries.
func (s *Service) TestWebhook(ctx context.Context, actor model.Actor, webhook int64) (delivery int64, err error) {
	const op = "registry.TestWebhook"
	err = s.updateWebhook(ctx, actor, webhook, func(tx *store.Tx, w store.WebhookRow) error {
		delivery, err = tx.RecordFor(ctx, recordable(actor, model.WebhookTested, w), webhook)
		return err
	})
	return delivery, errs.Wrap(op, err)
}

func (s *Service) updateWebhook(ctx context.Context, actor model.Actor, id int64, fn func(*store.Tx, store.WebhookRow) error) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		w, err := s.webhook(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		return fn(tx, w)
	})
}

// webhook finds a webhook for somebody who may manage it. Its number must tell a stranger
// nothing, neither that it is there nor whose it is.
func (s *Service) webhook(ctx context.Context, tx *store.Tx, actor model.Actor, id int64) (store.WebhookRow, error) {
	const op = "registry.webhook"
	w, err := tx.Webhook(ctx, id)
	if err == nil {
		var in ref.Path
		if w.Collection != "" {
			if in, err = ref.ParsePath(w.Collection); err != nil {
				return w, err
			}
		}
		_, err = s.authorizeAudit(ctx, tx, actor, in, EventFilter{})
	}
	if err != nil && errs.KindOf(err) != errs.Internal {
		return w, hidden(op, actor, access.Manage, "webhook "+strconv.FormatInt(id, 10))
	}
	return w, err
}
