package registry

import (
	"context"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// EventFilter chooses events for a list; see the store. What it says of the collection is
// put there by the core.
type EventFilter = store.EventFilter

// Events lists what was done and denied, newest first: in one collection, for its owners,
// or with an empty path everywhere, for admins. Errors: NotFound, Forbidden,
// Unauthenticated, Invalid for a bad cursor.
func (s *Service) Events(ctx context.Context, actor model.Actor, in ref.Path, f EventFilter, p model.Page) (list []model.Event, next string, err error) {
	const op = "registry.Events"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if f, err = s.authorizeAudit(ctx, tx, actor, in, f); err != nil {
			return err
		}
		list, err = tx.Events(ctx, f, p)
		return err
	})
	list, next = model.Cut(p, list, store.EventCursor)
	return list, next, errs.Wrap(op, err)
}

// EachEvent is Events without an end, for an export: it hands them to fn one by one, reads
// them in pages, and holds no transaction meanwhile. Whether the actor may is asked before
// the first and with every page. Errors: those of Events, and what fn gives, which ends
// it.
func (s *Service) EachEvent(ctx context.Context, actor model.Actor, in ref.Path, f EventFilter, fn func(model.Event) error) error {
	const op = "registry.EachEvent"
	page := model.Page{Limit: model.MaxLimit}
	for {
		list, next, err := s.Events(ctx, actor, in, f, page)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, e := range list {
			if err := fn(e); err != nil {
				return errs.Wrap(op, err)
			}
		}
		if page.After = next; next == "" {
			return nil
		}
	}
}

// authorizeAudit narrows a filter to what an actor may see of events.
func (s *Service) authorizeAudit(ctx context.Context, tx *store.Tx, actor model.Actor, in ref.Path, f EventFilter) (EventFilter, error) {
	const op = "registry.authorizeAudit"
	if in != (ref.Path{}) {
		c, err := s.managedCollection(ctx, tx, actor, in)
		f.Collection = c.ID
		return f, err
	}
	f.Collection = 0
	if access.CanAdminister(actor) == access.Refused {
		return f, errs.E(op, errs.Forbidden, "Only an administrator sees what is done everywhere; an owner sees it for each of his collections.")
	}
	return f, requireAdmin(op, actor)
}

// sweepEvents removes the events that were kept for long enough, and those of strangers
// beyond their bound.
func (k *Keeper) sweepEvents(ctx context.Context) error {
	for {
		var n int64
		err := k.db.Update(ctx, func(tx *store.Tx) (err error) {
			if keep := k.core.Settings().AuditRetention; keep > 0 {
				if n, err = tx.SweepEvents(ctx, tx.Now.Add(-keep), sweepBatch); err != nil {
					return err
				}
			}
			more, err := tx.SweepAnonymousDenials(ctx, maxAnonymousDenials, sweepBatch)
			n += more
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
