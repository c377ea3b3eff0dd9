package registry

import (
	"context"
	"crypto/rand"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// Upload is an upload under way. Offset is how many bytes of it are durable.
type Upload struct {
	ID     string
	Offset int64
}

// Announcement is what the client of an upload says at its start; zero values say nothing.
type Announcement struct {
	Bytes  int64         // that will come in all
	Digest digest.Digest // of all of them
}

// BeginUpload starts an upload into a container, which may not exist yet. Where a quota
// holds, what is announced is reserved. An earlier upload of the same content, by the same
// user, to the same container is replaced. Owners may, and whoever may create the
// collection. Errors: OverQuota, Forbidden, Unauthenticated, NoSpace.
func (s *Service) BeginUpload(ctx context.Context, actor model.Actor, path ref.Path, a Announcement) (Upload, error) {
	const op = "registry.BeginUpload"
	if a.Digest != "" {
		if err := s.dropEarlier(ctx, actor, path, a.Digest); err != nil {
			return Upload{}, errs.Wrap(op, err)
		}
	}
	up := Upload{ID: rand.Text()} // whose file comes with its first bytes
	err := s.withSpace(ctx, func() error {
		return s.db.Update(ctx, func(tx *store.Tx) error {
			p, err := s.authorizedPushPlace(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			l, err := s.fits(ctx, tx, demand{actor: actor, place: p, bytes: a.Bytes, wanted: a.Digest})
			if err != nil {
				return err
			}
			row := store.Upload{ID: up.ID, Container: p.ContainerOf.Full(), User: actor.UserID, Namespace: l.NamespaceID, Collection: p.Collection,
				Wanted: a.Digest}
			if l.Limited() {
				row.Reserved = a.Bytes
			}
			return tx.AddUpload(ctx, row)
		})
	})
	return up, errs.Wrap(op, err)
}

// dropEarlier drops what an earlier push of the same content, by the same user and to the
// same container, has left. Where no quota holds, one that was touched a moment ago may be
// another job's that goes on, and stays.
func (s *Service) dropEarlier(ctx context.Context, actor model.Actor, path ref.Path, wanted digest.Digest) error {
	var ids []string
	err := s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		since := tx.Now.Add(-abandonedOwnAfter)
		if l, err := s.quotas(ctx, tx, p.ContainerOf.Collection); err != nil {
			return err
		} else if l.Limited() {
			since = tx.Now // what it has reserved is needed now
		}
		ids, err = tx.EarlierUploads(ctx, actor.UserID, p.ContainerOf.Full(), wanted, since)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		s.uploadLocks.waitIdle(ctx, id) // its client may have been killed a moment ago
		err := s.uploadLocks.alone(id, func() error {
			if err := s.blobs.Discard(id); err != nil {
				return err
			}
			return s.removeUpload(ctx, id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Upload tells how far an upload is durable, once what came by a line that broke is. Only
// who began it may ask, as long as he may push there. Errors: NotFound, Forbidden,
// Unauthenticated.
func (s *Service) Upload(ctx context.Context, actor model.Actor, path ref.Path, id string) (Upload, error) {
	const op = "registry.Upload"
	row, err := s.upload(ctx, actor, path, id)
	if err == nil {
		s.uploadLocks.waitIdle(ctx, id)
		row, err = s.upload(ctx, actor, path, id)
	}
	return Upload{row.ID, row.Offset}, errs.Wrap(op, err)
}

func (s *Service) upload(ctx context.Context, actor model.Actor, path ref.Path, id string) (store.Upload, error) {
	row, _, err := s.uploadReservation(ctx, actor, path, id)
	return row, err
}

// reservedUpload finds an upload, with what is reserved for it; nil if no quota holds.
func (s *Service) uploadReservation(ctx context.Context, actor model.Actor, path ref.Path, id string) (row store.Upload, r *reservation, err error) {
	const op = "registry.upload"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if row, err = tx.Upload(ctx, id); err != nil {
			return err
		}
		if row.User != actor.UserID || row.Container != p.ContainerOf.Full() {
			return errs.E(op, errs.NotFound, store.NoUpload)
		}
		l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
		if err == nil && l.Limited() {
			r = &reservation{s: s, actor: actor, at: p, id: id, total: row.Reserved, unused: max(0, row.Reserved-row.Offset), extension: minExtension, promised: row.Reserved}
		}
		return err
	})
	return row, r, err
}

// removeUpload ends what the database knows of an upload, and so gives back what is reserved
// for it, even if its client has gone away meanwhile.
func (s *Service) removeUpload(ctx context.Context, id string, told ...model.Event) error {
	ctx = context.WithoutCancel(ctx)
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteUpload(ctx, id); err != nil {
			return err
		}
		for _, e := range told {
			if err := tx.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// CancelUpload gives an upload up and removes what came of it. Errors: Conflict while a
// request writes to it that cannot be cut off, and those of Upload.
func (s *Service) CancelUpload(ctx context.Context, actor model.Actor, path ref.Path, id string) error {
	const op = "registry.CancelUpload"
	if _, err := s.upload(ctx, actor, path, id); err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.discardUpload(ctx, id))
}

// discardUpload removes what came of an upload, and then forgets it; a request that writes
// to it is cut off.
func (s *Service) discardUpload(ctx context.Context, id string, told ...model.Event) error {
	leave, err := s.uploadLocks.acquire(ctx, id, nil)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.blobs.Discard(id); err != nil {
		return err
	}
	return s.removeUpload(ctx, id, told...)
}
