package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// quotas tells how much may still be stored where something is pushed to.
func (s *Service) quotas(ctx context.Context, tx *store.Tx, c ref.Collection) (store.Quotas, error) {
	return tx.QuotasOf(ctx, c, s.Settings().UserQuota)
}

// CheckQuota reports whether an actor may push that many more bytes to a container, as far as
// quotas go; 0 asks whether anything may be pushed at all. Errors: OverQuota, and those of
// AuthorizePush.
func (s *Service) CheckQuota(ctx context.Context, actor model.Actor, path ref.Path, bytes int64) error {
	const op = "registry.CheckQuota"
	return errs.Wrap(op, s.withSpace(ctx, func() error {
		return s.db.View(ctx, func(tx *store.Tx) error {
			p, err := s.authorizedPushPlace(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			_, err = s.fits(ctx, tx, demand{actor: actor, place: p, bytes: bytes})
			return err
		})
	}))
}

// demand is what somebody wants to store.
type demand struct {
	actor  model.Actor
	place  store.Place
	bytes  int64         // 0 if it is not known how many
	wanted digest.Digest // of its content, if it is one blob
	upload string        // by which it comes; empty for none
}

// fits gives the quotas that hold at a place, if they leave what is demanded there; 0 bytes ask
// for any at all. Errors: OverQuota.
func (s *Service) fits(ctx context.Context, tx *store.Tx, d demand) (store.Quotas, error) {
	l, err := s.quotas(ctx, tx, d.place.ContainerOf.Collection)
	if err == nil && l.Remaining() < max(d.bytes, 1) {
		err = s.overQuota(ctx, tx, l, d)
	}
	return l, err
}

// shortage is the refusal of a demand for which a quota leaves too little.
type shortage struct {
	error
	quotas store.Quotas
	demand
}

func (e *shortage) Unwrap() error { return e.error }

// overQuota refuses a demand. The figures of a namespace are for those who may know what is in
// it.
func (s *Service) overQuota(ctx context.Context, tx *store.Tx, l store.Quotas, d demand) error {
	const op = "registry.overQuota"
	u, told := l.Collection, true
	if u.Remaining() >= max(d.bytes, 1) {
		u = l.Namespace
		_, owned, err := tx.NamespaceOf(ctx, u.Name, d.actor.UserID)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		told = access.CanSeeUsage(d.actor, owned) == access.Allow
	}
	refused := errs.E(op, errs.OverQuota, "%s Delete and purge images, or ask an administrator for a larger quota.", shortOf(u, d.bytes, told))
	return &shortage{refused, l, d}
}

// shortOf says which quota is in the way, with figures if they may be told.
func shortOf(u model.Usage, want int64, told bool) string {
	reserved := ""
	if told && u.Reserved > 0 {
		reserved = fmt.Sprintf(" (%s reserved by uploads in progress)", size(u.Reserved))
	}
	switch {
	case want <= 0:
		return fmt.Sprintf("The quota of %s, %s, is used up%s.", u.Name, size(u.Quota), reserved)
	case told:
		return fmt.Sprintf("Not enough space in %s: %s of %s left%s, %s needed.", u.Name, size(u.Remaining()), size(u.Quota), reserved, size(want))
	}
	return fmt.Sprintf("Not enough space in %s: its quota of %s does not leave %s.", u.Name, size(u.Quota), size(want))
}

// size writes a number of bytes for people.
func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// arrival is what a push has brought, when it is to be kept.
type arrival struct {
	upload string        // whose reservation is given back; empty for none
	wanted digest.Digest // its content; empty if that is not one blob
}

// keepPush is the one way a push is kept: fn does that at its place, which is made if it is
// new. If more is used then than a quota allows, all of it is undone. Errors: OverQuota, and
// those of ensurePlace and fn.
func (s *Service) keepPush(ctx context.Context, actor model.Actor, path ref.Path, a arrival, fn func(*store.Tx, store.Place) error) error {
	return s.withSpace(ctx, func() error {
		return s.db.Update(ctx, func(tx *store.Tx) error {
			p, err := s.ensurePlace(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			if a.upload != "" {
				if err := tx.DeleteUpload(ctx, a.upload); err != nil {
					return err
				}
			}
			d := demand{actor: actor, place: p, wanted: a.wanted, upload: a.upload}
			return s.withinQuotas(ctx, tx, d, func() error { return fn(tx, p) })
		})
	})
}

// withinQuotas runs a part of a transaction that adds to what is used at a place. What is there
// already needs no more storage, however full it is. Errors: OverQuota, and those of fn.
func (s *Service) withinQuotas(ctx context.Context, tx *store.Tx, d demand, fn func() error) error {
	before, err := s.quotas(ctx, tx, d.place.ContainerOf.Collection)
	if err != nil {
		return err
	}
	if err := fn(); err != nil || !before.Limited() {
		return err
	}
	after, err := s.quotas(ctx, tx, d.place.ContainerOf.Collection)
	if err != nil {
		return err
	}
	switch {
	case exceeds(before.Collection, after.Collection):
		d.bytes = after.Collection.Used - before.Collection.Used
	case exceeds(before.Namespace, after.Namespace):
		d.bytes = after.Namespace.Used - before.Namespace.Used
	default:
		return nil
	}
	return s.overQuota(ctx, tx, before, d)
}

// exceeds reports whether a quota is passed by what was added.
func exceeds(before, after model.Usage) bool {
	return after.Quota > 0 && after.Used > before.Used && after.Used+after.Reserved > after.Quota
}

// contentLength gives how many bytes a body says that it has, or 0 if it does not say.
func contentLength(body io.Reader) int64 {
	if b, ok := body.(interface{ Size() int64 }); ok {
		return max(b.Size(), 0)
	}
	return 0
}

// settlePause and settleTries say how often, and how many times, a refused push is tried again
// while its user has others under way: a client that was killed a moment ago still has one,
// until the server has read what its closed line left.
const (
	settlePause = 100 * time.Millisecond
	settleTries = 50
)

// withSpace does what a quota may refuse. If one does, it drops what abandoned pushes hold of
// that storage and tries again, as long as that helps. What the refused push itself had brought
// is abandoned then.
func (s *Service) withSpace(ctx context.Context, do func() error) error {
	for tries := 0; ; {
		err := do()
		short, ok := errors.AsType[*shortage](err)
		if !ok {
			return err
		}
		freed, failed := s.reclaim(ctx, short)
		if failed != nil {
			return failed
		}
		if !freed {
			if tries++; tries > settleTries {
				return errors.Join(err, s.abandonPush(ctx, short))
			}
			if more, failed := s.settles(ctx, short); failed != nil || !more {
				return errors.Join(err, failed, s.abandonPush(ctx, short))
			}
		}
	}
}

// settles waits a moment if what other pushes of the same user have reserved may make up for a
// shortage, and reports whether it does.
func (s *Service) settles(ctx context.Context, short *shortage) (bool, error) {
	// Both are read now: an upload that broke off since the refusal has given storage back.
	var remaining, reserved int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		l, err := s.quotas(ctx, tx, short.place.ContainerOf.Collection)
		if err != nil {
			return err
		}
		remaining = l.Remaining()
		reserved, err = tx.ReservedFor(ctx, short.quotas.NamespaceID, short.actor.UserID, short.upload)
		return err
	})
	if err != nil || remaining+reserved < max(short.bytes, 1) {
		return false, err
	}
	select {
	case <-time.After(settlePause):
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
