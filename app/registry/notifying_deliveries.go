package registry

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"sregistry/app/courier"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

const (
	// deliveryWorkers is how many notices are under way at once, each to another webhook.
	deliveryWorkers = 8
	// deliveryInterval is how often due deliveries are polled.
	deliveryInterval = time.Second
	// deliveryRound is how long one webhook is told one thing after another before the courier
	// serves the others.
	deliveryRound = 15 * time.Second
	// webhookBackoff is how long a webhook that failed is left alone, whatever else waits for it.
	webhookBackoff = time.Minute
	// maxAttempts is how often a delivery is tried: for about two days.
	maxAttempts = 12
	// minRetryDelay is how long after a failed try the second is made, then four times as long
	// each time, up to maxRetryDelay.
	minRetryDelay = time.Minute
	maxRetryDelay = 8 * time.Hour
	// maxDeliveriesKept is how many of each webhook are kept once they are over.
	maxDeliveriesKept = 200
	// maxDeliveryAge is how long a delivery waits at most, in a queue that only grows.
	maxDeliveryAge = 7 * 24 * time.Hour
)

// payload is the body of a notice; openapi.json describes it as WebhookNotice. The source
// address and the token are not told: they are for the audit only.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"`
	Data      payloadData `json:"data"`
}

type payloadData struct {
	ID      int64             `json:"id"`
	Target  string            `json:"target"`
	Actor   string            `json:"actor"`
	Details map[string]string `json:"details,omitempty"`
}

// Deliverer sends events to webhooks.
type Deliverer struct {
	db      *store.DB
	log     *slog.Logger
	secret  DeriveSecret
	courier *courier.Courier // nil for a program that sends no webhooks
}

// Run tells webhooks what happened, until ctx is done. What is to be told stands
// in the database, so nothing is lost when the server stops; what was on its way then is
// sent once more, under the same id.
func (w *Deliverer) Run(ctx context.Context) {
	runEvery(ctx, deliveryInterval, func() {
		if err := w.RunDue(ctx); err != nil && !errs.Is(err, errs.Canceled) {
			w.log.Error("webhooks", "error", err)
		}
	})
}

// RunDue sends what is due now, until nothing is. What another server answers is
// noted, and no error; the database's are.
func (w *Deliverer) RunDue(ctx context.Context) error {
	const op = "registry.Deliverer.RunDue"
	for {
		due, err := w.due(ctx, 0)
		if err != nil || len(due) == 0 {
			return errs.Wrap(op, err)
		}
		sent, round := errgroup.WithContext(ctx)
		for _, d := range due {
			sent.Go(func() error { return w.deliverTo(round, d) })
		}
		if err := sent.Wait(); err != nil {
			return errs.Wrap(op, err)
		}
	}
}

func (w *Deliverer) due(ctx context.Context, webhook int64) (due []store.DueDelivery, err error) {
	err = w.db.Peek(ctx, func(tx *store.Tx) error {
		due, err = tx.DueDeliveries(ctx, webhook, deliveryWorkers)
		return err
	})
	return due, err
}

// deliverTo sends a webhook what is due, one after the other, for as long as it takes it.
func (w *Deliverer) deliverTo(ctx context.Context, d store.DueDelivery) error {
	for until := time.Now().Add(deliveryRound); ; {
		well, err := w.deliver(ctx, d)
		if err != nil || !well || time.Now().After(until) {
			return err
		}
		next, err := w.due(ctx, d.Webhook)
		if err != nil || len(next) == 0 {
			return err
		}
		d = next[0]
	}
}

// deliver makes one try, notes what became of it, and reports whether it went well.
func (w *Deliverer) deliver(ctx context.Context, d store.DueDelivery) (well bool, err error) {
	key, err := w.secret(d.Salt, d.Webhook)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(payload{d.Event.Action, d.Event.At.UTC(), payloadData{d.Event.ID, d.Event.Target, d.Event.Actor, d.Event.Details}})
	if err != nil {
		return false, err
	}
	notice := courier.Notice{URL: d.URL, ID: "delivery-" + strconv.FormatInt(d.ID, 10), Secret: key, Body: body}
	status, failed := w.courier.Send(ctx, notice, time.Now())
	if ctx.Err() != nil {
		return false, ctx.Err() // stopping: it was not the other side's fault
	}
	return failed == nil, w.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.SaveDelivery(ctx, afterAttempt(d.Delivery, status, failed, tx.Now)); err != nil || failed == nil {
			return err
		}
		return tx.DelayDeliveries(ctx, d.Webhook, tx.Now.Add(webhookBackoff))
	})
}

// afterAttempt gives a delivery after a try.
func afterAttempt(d model.Delivery, status int, err error, now time.Time) model.Delivery {
	d.Tries++
	d.Tried, d.Status, d.Problem, d.State = now, status, "", model.Delivered
	if err == nil {
		return d
	}
	if d.State, d.Problem = model.Waiting, errs.Message(err); d.Tries >= maxAttempts {
		d.State = model.Failed
		return d
	}
	d.Next = now.Add(retryDelay(d.Tries))
	return d
}

// retryDelay is how long to wait after a number of failed tries: longer and longer, and not the
// same for all, so that a receiver that was down is not met by all at once.
func retryDelay(tries int) time.Duration {
	wait := minRetryDelay
	for range tries - 1 {
		wait = min(4*wait, maxRetryDelay)
	}
	return wait + time.Duration(rand.Int64N(int64(wait/4)))
}

// sweep forgets deliveries that are over and too many.
func (w *Deliverer) sweep(ctx context.Context) error {
	for {
		var n int64
		err := w.db.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.SweepDeliveries(ctx, maxDeliveriesKept, sweepBatch, tx.Now.Add(-maxDeliveryAge))
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
