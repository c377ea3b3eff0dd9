package registry

import (
	"context"
	"errors"
	"time"

	"sregistry/app/errs"
	"sregistry/app/store"
)

// When an upload without a writer is idle, what is reserved for it shrinks to what has
// arrived. When it is abandoned, it is dropped for somebody who needs the storage. What the
// same user left counts as abandoned much sooner, since it is mostly the same push again, and
// so do the blobs of a push that was refused.
const (
	idleAfter         = 5 * time.Minute
	abandonedAfter    = 15 * time.Minute
	abandonedOwnAfter = 30 * time.Second
)

// idlePoll is how often idle uploads are searched for.
const idlePoll = time.Minute

// reclaimed bounds how much of each kind is dropped for one request.
const reclaimed = 1000

// barrenFor is how long no abandoned blobs are searched for where there were none a moment
// ago: that reads all that is held there, and anybody can have pushes refused.
const barrenFor = 30 * time.Second

// maxBarren bounds the memory of where there were none.
const maxBarren = 1000

// quotaPlace is where a quota holds: in a namespace or, if collection is not 0, in one
// collection.
type quotaPlace struct{ namespace, collection int64 }

// RunIdle calls Keeper.ShrinkIdle every minute, until ctx is done.
func (k *Keeper) RunIdle(ctx context.Context) {
	runEvery(ctx, idlePoll, func() {
		if err := k.ShrinkIdle(ctx); err != nil && !errs.Is(err, errs.Canceled) {
			k.log.Error("shrink the reservations of idle uploads", "error", err)
		}
	})
}

// ShrinkIdle shrinks what is reserved for uploads that nobody goes on with.
func (k *Keeper) ShrinkIdle(ctx context.Context) error {
	var ids []string
	var since time.Time
	err := k.db.Peek(ctx, func(tx *store.Tx) (err error) {
		since = tx.Now.Add(-idleAfter)
		ids, err = tx.IdleUploads(ctx, since, reclaimed)
		return err
	})
	for _, id := range ids {
		err = errors.Join(err, k.core.uploadLocks.alone(id, func() error {
			return k.db.Update(ctx, func(tx *store.Tx) error { return tx.ShrinkUpload(ctx, id, since) })
		}))
	}
	return errs.Wrap("registry.Keeper.ShrinkIdle", err)
}

// reclaim drops as much as a shortage needs of what abandoned pushes hold: uploads first, and
// then blobs that no image uses. It reports whether it dropped anything.
func (s *Service) reclaim(ctx context.Context, short *shortage) (bool, error) {
	where := quotaPlace{namespace: short.quotas.NamespaceID}
	if where.namespace == 0 {
		return false, nil
	}
	if short.quotas.Collection.Remaining() < max(short.bytes, 1) {
		where.collection = short.place.Collection
	}
	a := store.Abandoned{Namespace: where.namespace, Collection: where.collection, User: short.actor.UserID,
		Container: short.place.ContainerOf.Full(), Wanted: short.wanted}
	var uploads []store.AbandonedUpload
	err := s.db.Peek(ctx, func(tx *store.Tx) (err error) {
		a.Own, a.Others = tx.Now.Add(-abandonedOwnAfter), tx.Now.Add(-abandonedAfter)
		uploads, err = tx.AbandonedUploads(ctx, a, reclaimed)
		return err
	})
	if err != nil {
		return false, err
	}
	freed := false
	for _, u := range uploads {
		dropped, err := s.dropAbandoned(ctx, a, u)
		if err != nil {
			return false, err
		}
		if freed = freed || dropped; !dropped {
			continue
		}
		if enough, err := s.enough(ctx, short); err != nil || enough {
			return true, err
		}
	}
	blobs, err := s.reclaimBlobs(ctx, a, where, short)
	return freed || blobs, err
}

// enough reports whether what a shortage needs is there by now.
func (s *Service) enough(ctx context.Context, short *shortage) (enough bool, err error) {
	err = s.db.Peek(ctx, func(tx *store.Tx) error {
		l, err := s.quotas(ctx, tx, short.place.ContainerOf.Collection)
		enough = l.Remaining() >= max(short.bytes, 1)
		return err
	})
	return enough, err
}

// dropAbandoned drops an upload if it is still abandoned, with its file. One of the content
// that its user pushes again is cut off, if it has a writer; any other with a writer stays.
func (s *Service) dropAbandoned(ctx context.Context, a store.Abandoned, u store.AbandonedUpload) (dropped bool, err error) {
	drop := func() error {
		err := s.db.Update(ctx, func(tx *store.Tx) (err error) {
			dropped, err = tx.DropAbandoned(ctx, a, u.ID)
			return err
		})
		if err != nil || !dropped {
			return err
		}
		s.log.Info("dropped an abandoned upload, whose storage was needed", "upload", u.ID)
		return s.blobs.Discard(u.ID)
	}
	if !u.Again {
		err = s.uploadLocks.alone(u.ID, drop)
		return dropped, err
	}
	leave, err := s.uploadLocks.acquire(ctx, u.ID, nil)
	if errs.Is(err, errs.Conflict) { // it is being finished
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer leave()
	err = drop()
	return dropped, err
}

// reclaimBlobs drops blobs that abandoned pushes left without an image, as many as needed.
func (s *Service) reclaimBlobs(ctx context.Context, a store.Abandoned, where quotaPlace, short *shortage) (freed bool, err error) {
	loose, err := s.looseBlobs(ctx, a, where)
	if err != nil {
		return false, err
	}
	if short.wanted != "" && short.place.Container != 0 {
		loose = append([]store.HeldLoose{{Container: short.place.Container, Digest: short.wanted}}, loose...)
	}
	if len(loose) == 0 {
		return false, nil
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		for _, h := range loose {
			dropped, err := tx.LetGo(ctx, a, h)
			if err != nil {
				return err
			}
			freed = freed || dropped
			l, err := s.quotas(ctx, tx, short.place.ContainerOf.Collection)
			if err != nil || l.Remaining() >= max(short.bytes, 1) {
				return err
			}
		}
		return nil
	})
	return freed, err
}

// looseBlobs finds the blobs that abandoned pushes left without an image.
func (s *Service) looseBlobs(ctx context.Context, a store.Abandoned, where quotaPlace) (loose []store.HeldLoose, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) (err error) { // so that no push waits for the search
		if until, ok := s.barren.Get(where); ok && tx.Now.Before(until) {
			return nil
		}
		loose, err = tx.AbandonedBlobs(ctx, a, reclaimed)
		if err == nil && len(loose) == 0 {
			s.barren.Put(where, tx.Now.Add(barrenFor))
		}
		return err
	})
	return loose, err
}

// abandonPush marks what a user's refused push has brought to a container, so that it is
// dropped soon. Not at once: they may be pushing something else there.
func (s *Service) abandonPush(ctx context.Context, short *shortage) error {
	if short.place.Container == 0 {
		return nil
	}
	var marked bool
	err := s.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) (err error) {
		marked, err = tx.AbandonBlobs(ctx, short.place.Container, short.actor.UserID)
		return err
	})
	if marked {
		for _, collection := range []int64{0, short.place.Collection} {
			s.barren.Put(quotaPlace{short.quotas.NamespaceID, collection}, time.Time{})
		}
	}
	return err
}
