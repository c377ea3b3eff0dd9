package registry

import (
	"context"
	"crypto/rand"

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

// BeginUpload starts an upload into a container, which may not exist yet. Owners may, and
// whoever may create the collection. Errors: OverQuota, Forbidden, Unauthenticated, NoSpace.
func (s *Service) BeginUpload(ctx context.Context, actor model.Actor, path ref.Path) (Upload, error) {
	return s.BeginSizedUpload(ctx, actor, path, 0)
}

// BeginSizedUpload is BeginUpload for that many bytes, for which room is kept free where a
// quota holds; 0 says that it is not known how many will come. Errors: those of
// BeginUpload.
func (s *Service) BeginSizedUpload(ctx context.Context, actor model.Actor, path ref.Path, bytes int64) (Upload, error) {
	const op = "registry.BeginSizedUpload"
	up := Upload{ID: rand.Text()} // whose file comes with its first bytes
	return up, errs.Wrap(op, s.db.Update(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
		if err != nil {
			return err
		}
		if l.Remaining() < max(bytes, 1) {
			return overQuota(op, l, bytes)
		}
		row := store.Upload{ID: up.ID, Container: p.ContainerOf.Full(), User: actor.UserID, Namespace: l.NamespaceID, Collection: p.Collection}
		if l.Limited() {
			row.Reserved = bytes
		}
		return tx.AddUpload(ctx, row)
	}))
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

// uploadReservation finds an upload, with the room that is kept free for it; nil if no quota holds.
func (s *Service) uploadReservation(ctx context.Context, actor model.Actor, path ref.Path, id string) (row store.Upload, reserved *reservation, err error) {
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
			return errs.E(op, errs.NotFound, "There is no such upload; it was finished, canceled, or left too long. Begin a new one.")
		}
		l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
		if err == nil && l.Limited() {
			reserved = &reservation{s: s, collection: p.ContainerOf.Collection, id: id, total: row.Reserved, unused: max(0, row.Reserved-row.Offset), extension: minExtension}
		}
		return err
	})
	return row, reserved, err
}

// forgetUpload ends what the database knows of an upload, and so gives back its room, even
// if its client has gone away meanwhile.
func (s *Service) forgetUpload(ctx context.Context, id string, told ...model.Event) error {
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
	return s.forgetUpload(ctx, id, told...)
}
