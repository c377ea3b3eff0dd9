package registry

import (
	"context"
	"errors"
	"io"

	"github.com/opencontainers/go-digest"

	"sregistry/app/blob"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// checkpointSize is how many bytes of a stream are made durable at a time, so that no more
// must be sent again should the server die: often enough for a slow line, seldom enough
// to cost nothing on a fast one.
const checkpointSize = 256 << 20

// AppendUpload takes more bytes of an upload, which have to begin where it stands; offset
// -1 says that they do. What has arrived is kept and made durable even if the stream
// breaks off, so that the client can go on from there. It gives how far the upload now
// is. A request that still writes to the upload is interrupted, if its body can be: it is
// the same client's, on a line that went dead. Errors: RangeInvalid for another offset,
// Conflict for a writer that cannot be interrupted, Canceled if the client went away,
// OverQuota, at once if the body has a method Size; NoSpace, and those of Upload.
func (s *Service) AppendUpload(ctx context.Context, actor model.Actor, path ref.Path, id string, offset int64, body io.Reader) (Upload, error) {
	const op = "registry.AppendUpload"
	w, err := s.openUpload(ctx, actor, path, id, offset, body)
	if err != nil {
		return w.status(), errs.Wrap(op, err)
	}
	defer w.close()
	err = w.pause(ctx, w.append(ctx, body))
	return w.status(), errs.Wrap(op, err)
}

// FinishUpload ends an upload: its bytes, which must have the digest want, are now a
// durable blob that the container holds. It makes collection and container if they are
// new. Errors: DigestInvalid, after which the upload is gone, and those of AppendUpload.
func (s *Service) FinishUpload(ctx context.Context, actor model.Actor, path ref.Path, id string, want digest.Digest) error {
	_, err := s.FinishUploadWith(ctx, actor, path, id, -1, nil, want)
	return err
}

// FinishUploadWith is AppendUpload and FinishUpload in one: what comes last is made durable
// once, as a part of the blob. If it fails, it gives how far the upload is: what came before
// a stream broke off is kept.
func (s *Service) FinishUploadWith(ctx context.Context, actor model.Actor, path ref.Path, id string, offset int64, last io.Reader, want digest.Digest) (Upload, error) {
	const op = "registry.FinishUpload"
	w, err := s.openUpload(ctx, actor, path, id, offset, last)
	if err != nil {
		return w.status(), errs.Wrap(op, err)
	}
	defer w.close()
	if last != nil {
		if err := w.append(ctx, last); err != nil {
			err = w.pause(ctx, err)
			return w.status(), errs.Wrap(op, err)
		}
	}
	return w.status(), errs.Wrap(op, w.commit(ctx, actor, path, want))
}

// uploadWriter is an upload while a request, and no other, writes to it.
type uploadWriter struct {
	s           *Service
	row         store.Upload // as far as it is durable
	reservation *reservation
	upload      *blob.Upload
	leave       func()
}

// openUpload has the caller write to an upload, with a body that begins at an offset; he has to
// end it. If it fails, what it gives still tells where the upload stands, if that is known.
func (s *Service) openUpload(ctx context.Context, actor model.Actor, path ref.Path, id string, offset int64, body io.Reader) (w uploadWriter, err error) {
	const op = "registry.openUpload"
	if _, err := s.upload(ctx, actor, path, id); err != nil {
		return w, err
	}
	leave, err := s.uploadLocks.acquire(ctx, id, body)
	if err != nil {
		return w, err
	}
	defer func() {
		if err != nil {
			leave()
		}
	}()
	row, reserved, err := s.uploadReservation(ctx, actor, path, id) // only now it stands still
	if err != nil {
		return w, err
	}
	w = uploadWriter{s: s, row: row, reservation: reserved, leave: leave}
	if offset >= 0 && offset != row.Offset {
		return w, errs.E(op, errs.RangeInvalid, "The upload stands at byte %d, not %d; go on from there.", row.Offset, offset)
	}
	if err := reserved.ensure(ctx, row.Offset+contentLength(body)); err != nil {
		if errs.Is(err, errs.OverQuota) {
			err = errors.Join(err, s.blobs.Discard(id), s.removeUpload(ctx, id))
		}
		return w, err
	}
	w.upload, err = s.blobs.Resume(row.ID, blob.Checkpoint{Offset: row.Offset, State: row.State})
	return w, err
}

func (w *uploadWriter) status() Upload { return Upload{w.row.ID, w.row.Offset} }

// close leaves the upload to others; after finish it does nothing to the file.
func (w *uploadWriter) close() {
	w.upload.Close()
	w.leave()
}

// append takes a body, and makes durable what came of it whenever that is enough to be worth
// it. The rest is for keep or finish.
func (w *uploadWriter) append(ctx context.Context, body io.Reader) error {
	body = w.reservation.limit(ctx, body)
	for {
		part := &io.LimitedReader{R: body, N: checkpointSize}
		if _, err := w.upload.Append(ctx, part, blob.Unlimited); err != nil || part.N > 0 {
			return err
		}
		if err := w.checkpoint(ctx); err != nil {
			return err
		}
	}
}

// checkpoint makes durable what has come. That the client goes away must not hinder it.
func (w *uploadWriter) checkpoint(ctx context.Context) error {
	if w.upload.Offset() == w.row.Offset {
		return nil
	}
	at, err := w.upload.Checkpoint()
	if err != nil {
		return err
	}
	row := w.row
	row.Offset, row.State = at.Offset, at.State
	ctx = context.WithoutCancel(ctx)
	if err := w.s.db.Update(ctx, func(tx *store.Tx) error { return tx.AdvanceUpload(ctx, row) }); err != nil {
		return err
	}
	w.row = row
	return nil
}

// pause ends a request that leaves the upload to later ones, given how it went: what has come
// is made durable, and what is reserved beyond what may yet come is given back. An upload
// that a quota refuses is dropped: its client does not go on with it.
func (w *uploadWriter) pause(ctx context.Context, took error) error {
	if errs.Is(took, errs.OverQuota) {
		return errors.Join(took, w.upload.Abort(), w.s.removeUpload(ctx, w.row.ID))
	}
	if err := w.checkpoint(ctx); err != nil {
		return errors.Join(err, w.shrink(ctx, false))
	}
	return errors.Join(took, w.shrink(ctx, took == nil))
}

// shrink gives back what is reserved beyond what may yet come.
func (w *uploadWriter) shrink(ctx context.Context, well bool) error {
	if w.reservation == nil {
		return nil
	}
	left := w.reservation.after(w.row.Offset, well)
	if well && left == w.reservation.total {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return w.s.db.Update(ctx, func(tx *store.Tx) error { return tx.LeaveUpload(ctx, w.row.ID, left, !well) })
}

// commit makes a blob of the upload, held by a container.
func (w *uploadWriter) commit(ctx context.Context, actor model.Actor, path ref.Path, want digest.Digest) error {
	size := w.upload.Offset()
	d, err := w.upload.Commit(want)
	if errs.Is(err, errs.DigestInvalid) {
		w.upload.Abort()
		return errors.Join(err, w.s.removeUpload(ctx, w.row.ID))
	}
	if err != nil {
		return errors.Join(err, w.shrink(ctx, false))
	}
	defer w.s.blobs.Release(d)
	err = w.s.keepPush(ctx, actor, path, arrival{w.row.ID, d}, func(tx *store.Tx, p store.Place) error {
		return tx.HoldBlob(ctx, p.Container, d, size, actor.UserID)
	})
	if err != nil { // such as for a quota that was set meanwhile; the upload cannot be resumed
		err = errors.Join(err, w.s.removeUpload(ctx, w.row.ID))
	}
	return err
}
