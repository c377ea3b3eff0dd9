package registry

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// What is reserved at a time for an upload of unknown length: little at first, so that many
// small ones fit into what is left, and more as it goes on, so that a large one does not ask
// often. Both are in bytes.
const (
	minExtension = 64 << 10
	maxExtension = 64 << 20
)

// reservation is the storage that is reserved for an upload while it has a writer. It is
// written in the upload's row, so that it survives a crash; what outlives its writer shrinks
// to what has arrived.
type reservation struct {
	s         *Service
	actor     model.Actor
	at        store.Place
	id        string
	total     int64 // bytes reserved so far
	unused    int64 // of them, not yet used
	extension int64
	// promised is what was reserved before the writer came: what its client announced at the
	// start, which it may yet send in more requests, or what had arrived.
	promised int64
}

// reserve reserves storage for an upload that comes in one go; nil says that no quota holds.
// It has to be ended. Errors: OverQuota, and those of AuthorizePush.
func (s *Service) reserve(ctx context.Context, actor model.Actor, path ref.Path, bytes int64, wanted digest.Digest) (r *reservation, err error) {
	begin := func(tx *store.Tx, write bool) error {
		r = nil
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		l, err := s.fits(ctx, tx, demand{actor: actor, place: p, bytes: bytes, wanted: wanted})
		if err != nil || !l.Limited() {
			return err
		}
		r = &reservation{s: s, actor: actor, at: p, id: rand.Text(), total: bytes, unused: bytes, extension: minExtension}
		if !write {
			return nil
		}
		return tx.AddUpload(ctx, store.Upload{ID: r.id, Container: p.ContainerOf.Full(), User: actor.UserID,
			Reserved: bytes, Namespace: l.NamespaceID, Collection: p.Collection, Transient: true})
	}
	err = s.withSpace(ctx, func() error {
		// Where no quota holds, nothing is written.
		err := s.db.View(ctx, func(tx *store.Tx) error { return begin(tx, false) })
		if err == nil && r != nil {
			err = s.db.Update(ctx, func(tx *store.Tx) error { return begin(tx, true) })
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// release gives back what is reserved, if nobody did so yet.
func (r *reservation) release(ctx context.Context) {
	if r == nil || r.id == "" {
		return
	}
	if err := r.s.removeUpload(ctx, r.id); err != nil {
		r.s.log.Error("a reservation could not be given back; the next start of the server does it", "upload", r.id, "error", err)
	}
}

// upload gives the id of the upload's row, with which the reservation goes; none for nil.
func (r *reservation) upload() string {
	if r == nil {
		return ""
	}
	return r.id
}

// extend reserves more: that many bytes or, if that is 0, another step or what is left.
func (r *reservation) extend(ctx context.Context, bytes int64) error {
	return r.s.withSpace(ctx, func() error {
		more := bytes
		err := r.s.db.Update(ctx, func(tx *store.Tx) error {
			l, err := r.s.fits(ctx, tx, demand{actor: r.actor, place: r.at, bytes: bytes, upload: r.id})
			if err != nil {
				return err
			}
			if bytes == 0 {
				more = min(r.extension, l.Remaining())
			}
			return tx.ReserveUpload(ctx, r.id, r.total+more)
		})
		if err != nil {
			return err
		}
		if bytes == 0 {
			r.extension = min(2*r.extension, maxExtension)
		}
		r.total += more
		r.unused += more
		return nil
	})
}

// ensure reserves storage for an upload of that many bytes in all.
func (r *reservation) ensure(ctx context.Context, bytes int64) error {
	if r == nil || bytes <= r.total {
		return nil
	}
	return r.extend(ctx, bytes-r.total)
}

// limit gives a body that is read as far as storage is reserved for it, and reserves more as
// it goes on; with no quota, the body itself.
func (r *reservation) limit(ctx context.Context, body io.Reader) io.Reader {
	if r == nil {
		return body
	}
	return &reservedReader{ctx, body, r}
}

type reservedReader struct {
	ctx      context.Context
	body     io.Reader
	reserved *reservation
}

// Read reads on. Errors: OverQuota, and the body's.
func (m *reservedReader) Read(p []byte) (int, error) {
	if m.reserved.unused > 0 {
		n, err := m.body.Read(p[:min(int64(len(p)), m.reserved.unused)])
		m.reserved.unused -= int64(n)
		return n, err
	}
	// This may be the end, for which no storage is needed.
	n, err := m.body.Read(p[:min(len(p), 1)])
	if n == 0 {
		return 0, err
	}
	if err := m.reserved.extend(m.ctx, 0); err != nil {
		return 0, err
	}
	m.reserved.unused -= int64(n)
	return n, err
}

// after tells what stays reserved for an upload whose writer leaves, when that much of it has
// arrived: what its client had announced at the start, if its request ended well, so that it
// may send the rest; else only what has arrived.
func (r *reservation) after(arrived int64, well bool) int64 {
	if well {
		return max(arrived, r.promised)
	}
	return arrived
}

// ReleaseReservations gives back what was reserved for uploads whose writers ended with the program. It is
// called once, before the first request, by the one server of a data folder.
func (k *Keeper) ReleaseReservations(ctx context.Context) error {
	return errs.Wrap("registry.Keeper.ReleaseReservations", k.db.Update(ctx, func(tx *store.Tx) error { return tx.ReleaseReservations(ctx) }))
}
