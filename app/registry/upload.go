package registry

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	"github.com/opencontainers/go-digest"

	"sregistry/app/access"
	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// checkpoint is how many bytes of a stream are made durable at a time, so that no more
// must be sent again should the server die: often enough for a slow line, seldom enough
// to cost nothing on a fast one.
const checkpoint = 256 << 20

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

// BeginSizedUpload is BeginUpload for so many bytes, for which room is kept free where a
// quota holds; 0 says that it is not known how many will come. Errors: those of
// BeginUpload.
func (s *Service) BeginSizedUpload(ctx context.Context, actor model.Actor, path ref.Path, bytes int64) (Upload, error) {
	const op = "registry.BeginSizedUpload"
	up := Upload{ID: rand.Text()}
	u, err := s.blobs.Create(up.ID)
	if err != nil {
		return Upload{}, errs.Wrap(op, err)
	}
	at, err := u.Checkpoint()
	if err == nil {
		err = s.db.Update(ctx, func(tx *store.Tx) error {
			p, err := s.pushPlace(ctx, tx, actor, path)
			if err != nil {
				return err
			}
			l, err := s.limits(ctx, tx, p.ContainerOf.Collection)
			if err != nil {
				return err
			}
			if l.Room() < max(bytes, 1) {
				return full(op, l, bytes)
			}
			row := store.Upload{ID: up.ID, Container: p.ContainerOf.Full(), User: actor.UserID, State: at.State,
				Namespace: l.NamespaceID, Collection: p.Collection}
			if l.Limited() {
				row.Reserved = bytes
			}
			return tx.AddUpload(ctx, row)
		})
	}
	if err != nil {
		u.Abort()
		return Upload{}, errs.Wrap(op, err)
	}
	return up, errs.Wrap(op, u.Close())
}

// Upload tells how far an upload is durable, once what came by a line that broke is. Only
// who began it may ask, as long as he may push there. Errors: NotFound, Forbidden,
// Unauthenticated.
func (s *Service) Upload(ctx context.Context, actor model.Actor, path ref.Path, id string) (Upload, error) {
	const op = "registry.Upload"
	row, err := s.upload(ctx, actor, path, id)
	if err == nil {
		s.writers.settle(ctx, id)
		row, err = s.upload(ctx, actor, path, id)
	}
	return Upload{row.ID, row.Offset}, errs.Wrap(op, err)
}

func (s *Service) upload(ctx context.Context, actor model.Actor, path ref.Path, id string) (store.Upload, error) {
	row, _, err := s.uploadRoom(ctx, actor, path, id)
	return row, err
}

// uploadRoom finds an upload, with the room that is kept free for it; nil if no quota holds.
func (s *Service) uploadRoom(ctx context.Context, actor model.Actor, path ref.Path, id string) (row store.Upload, room *reservation, err error) {
	const op = "registry.upload"
	err = s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.pushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if row, err = tx.Upload(ctx, id); err != nil {
			return err
		}
		if row.User != actor.UserID || row.Container != p.ContainerOf.Full() {
			return errs.E(op, errs.NotFound, "There is no such upload; it was finished, canceled, or left too long. Begin a new one.")
		}
		l, err := s.limits(ctx, tx, p.ContainerOf.Collection)
		if err == nil && l.Limited() {
			room = &reservation{s: s, in: p.ContainerOf.Collection, id: id, all: row.Reserved, left: max(0, row.Reserved-row.Offset), step: firstStep}
		}
		return err
	})
	return row, room, err
}

// AppendUpload takes more bytes of an upload, which have to begin where it stands; offset
// -1 says that they do. What has arrived is kept and made durable also when the stream
// breaks off, so that the client can go on from there. It gives how far the upload now
// is. A request that still writes to the upload is interrupted, if its body can be: it is
// the same client's, on a line that went dead. Errors: RangeInvalid for another offset,
// Conflict for a writer that cannot be interrupted, Canceled if the client went away,
// OverQuota, at once if the body has a method Size; NoSpace, and those of Upload.
func (s *Service) AppendUpload(ctx context.Context, actor model.Actor, path ref.Path, id string, offset int64, body io.Reader) (Upload, error) {
	const op = "registry.AppendUpload"
	if _, err := s.upload(ctx, actor, path, id); err != nil {
		return Upload{}, errs.Wrap(op, err)
	}
	leave, err := s.writers.enter(ctx, id, body)
	if err != nil {
		return Upload{}, errs.Wrap(op, err)
	}
	defer leave()
	row, room, err := s.uploadRoom(ctx, actor, path, id) // only now it stands still
	if err != nil {
		return Upload{}, errs.Wrap(op, err)
	}
	if offset >= 0 && offset != row.Offset {
		return Upload{row.ID, row.Offset}, errs.E(op, errs.RangeInvalid, "The upload stands at byte %d, not %d; go on from there.", row.Offset, offset)
	}
	if err := room.fit(ctx, row.Offset+announced(body)); err != nil {
		return Upload{row.ID, row.Offset}, errs.Wrap(op, err)
	}
	body = room.meter(ctx, body)
	u, err := s.blobs.Resume(row.ID, blob.Checkpoint{Offset: row.Offset, State: row.State})
	if err != nil {
		return Upload{}, errs.Wrap(op, err)
	}
	defer u.Close()
	// The client's going away ends the stream, but must not keep what came from being noted.
	lasting := context.WithoutCancel(ctx)
	for more := true; more && err == nil; {
		part := &io.LimitedReader{R: body, N: checkpoint}
		_, err = u.Append(ctx, part, blob.Unlimited)
		more = part.N == 0
		if u.Offset() == row.Offset {
			continue // nothing came
		}
		at, failed := u.Checkpoint()
		if failed != nil {
			return Upload{row.ID, row.Offset}, errs.Wrap(op, failed)
		}
		row.Offset, row.State = at.Offset, at.State
		if failed := s.db.Update(lasting, func(tx *store.Tx) error { return tx.AdvanceUpload(lasting, row) }); failed != nil {
			return Upload{}, errs.Wrap(op, failed)
		}
	}
	return Upload{row.ID, row.Offset}, errs.Wrap(op, err)
}

// FinishUpload ends an upload: its bytes, which must have the digest want, are now a
// durable blob that the container holds. It makes collection and container if they are
// new. Errors: DigestInvalid, after which the upload is gone, and those of Upload.
func (s *Service) FinishUpload(ctx context.Context, actor model.Actor, path ref.Path, id string, want digest.Digest) (int64, error) {
	const op = "registry.FinishUpload"
	row, err := s.upload(ctx, actor, path, id)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	u, err := s.blobs.Resume(row.ID, blob.Checkpoint{Offset: row.Offset, State: row.State})
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	d, err := u.Commit(want)
	if errs.Is(err, errs.DigestInvalid) {
		u.Abort()
		return 0, errs.Wrap(op, errors.Join(err, s.forgetUpload(ctx, id)))
	}
	if err != nil {
		u.Close()
		return 0, errs.Wrap(op, err)
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		p, err := s.ensurePlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		if err := tx.DeleteUpload(ctx, id); err != nil { // and so give back its room
			return err
		}
		return s.holdBlob(ctx, tx, p, d, row.Offset)
	})
	if errs.Is(err, errs.OverQuota) { // which was set meanwhile; the upload cannot be gone on with
		err = errors.Join(err, s.forgetUpload(ctx, id))
	}
	return row.Offset, errs.Wrap(op, err)
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
	leave, err := s.writers.enter(ctx, id, nil)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.blobs.Discard(id); err != nil {
		return err
	}
	return s.forgetUpload(ctx, id, told...)
}

// pushPlace finds a container for somebody who may push to it, though it may not exist
// yet.
func (s *Service) pushPlace(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (store.Place, error) {
	p, err := s.container(ctx, tx, actor, path)
	if err != nil {
		return p, err
	}
	return p, s.allowPush(ctx, tx, actor, p)
}

// allowPush asks whether an actor may push to a place, and make it if it is new. To a
// stranger, a collection that he may not see and one that he may not create are the same.
func (s *Service) allowPush(ctx context.Context, tx *store.Tx, actor model.Actor, p store.Place) error {
	const op = "registry.allowPush"
	if actor.IsAnonymous() { // the same answer, whatever is there
		return denied(op, hidden(op, actor, p.ContainerOf.String()), access.Push, p.Collection, p.ContainerOf.Full())
	}
	if p.Collection == 0 {
		return s.allowCreate(ctx, tx, actor, p.ContainerOf.Collection)
	}
	decision := access.Can(actor, access.Push, s.target(p))
	if decision == access.Hidden {
		return denied(op, notYours(op, p.ContainerOf.Collection), access.Push, p.Collection, p.ContainerOf.Full())
	}
	return denied(op, verdict(op, actor, decision, p.ContainerOf.String()), access.Push, p.Collection, p.ContainerOf.Full())
}

// notYours refuses a push to a collection that the actor may not see, or may not make.
func notYours(op string, c ref.Collection) error {
	return errs.E(op, errs.Forbidden, "You may not push to %s: it is not yours, and you may not create it.", c)
}

// ensurePlace is pushPlace for the moment when there is something to keep: collection and
// container are made if they are new, private and the actor's.
func (s *Service) ensurePlace(ctx context.Context, tx *store.Tx, actor model.Actor, path ref.Path) (store.Place, error) {
	p, err := s.pushPlace(ctx, tx, actor, path)
	if err != nil {
		return p, err
	}
	if p.Collection == 0 {
		if p.Collection, err = s.createCollection(ctx, tx, actor, p.ContainerOf.Collection, NewCollection{}); err != nil {
			return p, err
		}
		p.Role = model.Owner
	}
	if p.Container == 0 {
		if p.Container, err = tx.EnsureContainer(ctx, p.Collection, p.ContainerOf.Container); err != nil {
			return p, err
		}
		return p, tx.Record(ctx, actor.Did(model.ContainerCreated, p.ContainerOf.Full()).In(p.Collection))
	}
	return p, nil
}
