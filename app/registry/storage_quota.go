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
	return errs.Wrap(op, s.withSpace(ctx, actor, func() error {
		return s.db.View(ctx, func(tx *store.Tx) error {
			p, err := s.authorizedPushPlace(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			_, err = s.fits(ctx, tx, actor, p, bytes, "")
			return err
		})
	}))
}

// fits gives the limits at a place where an actor may push, if that many bytes more are
// within them; 0 asks for any at all. Wanted is what is pushed, if that is known. Errors:
// OverQuota.
func (s *Service) fits(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, bytes int64, wanted digest.Digest) (store.Quotas, error) {
	l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
	if err == nil && l.Remaining() < max(bytes, 1) {
		err = s.overQuota(ctx, tx, actor, l, p, bytes, wanted)
	}
	return l, err
}

// shortage is the refusal of somebody who needs more storage than a quota leaves.
type shortage struct {
	error
	quotas store.Quotas
	place  store.Place
	want   int64         // bytes
	wanted digest.Digest // what is pushed; empty if it is not known
}

func (e *shortage) Unwrap() error { return e.error }

// overQuota is the answer to somebody who needs more storage than a quota leaves; want is 0 if it
// is not known how much. The figures of a namespace are for those who may know what is in it.
func (s *Service) overQuota(ctx context.Context, tx *store.Tx, actor model.Actor, l store.Quotas, p store.Place, want int64, wanted digest.Digest) error {
	const op = "registry.overQuota"
	u, told := l.Collection, true
	if u.Remaining() >= max(want, 1) {
		u = l.Namespace
		_, owned, err := tx.NamespaceOf(ctx, u.Name, actor.UserID)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		told = access.CanSeeUsage(actor, owned) == access.Allow
	}
	refused := errs.E(op, errs.OverQuota, "%s Delete and purge images, or ask an administrator for a larger quota.", shortOf(u, want, told))
	return &shortage{refused, l, p, want, wanted}
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

// holdBlob lets a container hold a blob that is durable, if quotas allow. What the upload by
// which it came had reserved has to be given back before.
func (s *Service) holdBlob(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place, d digest.Digest, bytes int64) error {
	before, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
	if err != nil {
		return err
	}
	if err := tx.HoldBlob(ctx, p.Container, d, bytes, actor.UserID); err != nil || !before.Limited() {
		return err
	}
	after, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
	if err != nil {
		return err
	}
	// What was held there already needs no more storage, however full it is.
	if exceeds(before.Collection, after.Collection) || exceeds(before.Namespace, after.Namespace) {
		return s.overQuota(ctx, tx, actor, before, p, bytes, d)
	}
	return nil
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
func (s *Service) withSpace(ctx context.Context, actor model.Actor, do func() error) error {
	for tries := 0; ; {
		err := do()
		short, ok := errors.AsType[*shortage](err)
		if !ok {
			return err
		}
		freed, failed := s.reclaim(ctx, actor, short)
		if failed != nil {
			return failed
		}
		if !freed {
			if tries++; tries > settleTries {
				return errors.Join(err, s.abandonPush(ctx, actor, short))
			}
			if more, failed := s.settles(ctx, actor, short); failed != nil || !more {
				return errors.Join(err, failed, s.abandonPush(ctx, actor, short))
			}
		}
	}
}

// settles waits a moment if what other pushes of the same user have reserved may make up for a
// shortage, and reports whether it does.
func (s *Service) settles(ctx context.Context, actor model.Actor, short *shortage) (bool, error) {
	var reserved int64
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		reserved, err = tx.ReservedFor(ctx, short.quotas.NamespaceID, actor.UserID)
		return err
	})
	if err != nil || short.quotas.Remaining()+reserved < max(short.want, 1) {
		return false, err
	}
	select {
	case <-time.After(settlePause):
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
