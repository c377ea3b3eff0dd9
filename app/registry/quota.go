package registry

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/dustin/go-humanize"
	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/store"
)

// The room that an upload of unknown length is given at a time: little at first, so that
// many small ones fit into what is left, and more as it goes on, so that a large one does
// not ask often. Both are in bytes.
const (
	minExtension = 64 << 10
	maxExtension = 64 << 20
)

// quotas tells how much room there is where something is pushed to.
func (s *Service) quotas(ctx context.Context, tx *store.Tx, c ref.Collection) (store.Quotas, error) {
	return tx.QuotasOf(ctx, c, s.Settings().UserQuota)
}

// CheckQuota reports whether an actor may push that many more bytes to a container, as far as
// quotas go; 0 asks whether there is any room at all. Errors: OverQuota, and those of
// AuthorizePush.
func (s *Service) CheckQuota(ctx context.Context, actor model.Actor, path ref.Path, bytes int64) error {
	const op = "registry.CheckQuota"
	return errs.Wrap(op, s.db.View(ctx, func(tx *store.Tx) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
		if err == nil && l.Remaining() < max(bytes, 1) {
			err = overQuota(op, l, bytes)
		}
		return err
	}))
}

// overQuota is the answer to whoever wants more room than there is. It gives no figures for a
// namespace: the actor need not be allowed to know all that is in it.
func overQuota(op string, l store.Quotas, want int64) error {
	c := l.Collection
	if c.Remaining() < max(want, 1) {
		return errs.E(op, errs.OverQuota, "%s may take up %s, of which %s are left; %s are needed. Delete and purge something, or ask an administrator for more room.",
			c.Name, size(c.Quota), size(c.Remaining()), size(max(want, 1)))
	}
	return errs.E(op, errs.OverQuota, "What %s may take up, %s, does not leave room for %s more. Delete and purge something, or ask an administrator for more room.",
		l.Namespace.Name, size(l.Namespace.Quota), size(max(want, 1)))
}

// size writes a number of bytes for people.
func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// holdBlob lets a container hold a blob that is durable, if there is room for it. What the
// upload by which it came had reserved has to be given back before.
func (s *Service) holdBlob(ctx context.Context, tx *store.Tx, p store.Place, d digest.Digest, bytes int64) error {
	const op = "registry.holdBlob"
	before, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
	if err != nil {
		return err
	}
	if err := tx.HoldBlob(ctx, p.Container, d, bytes); err != nil || !before.Limited() {
		return err
	}
	after, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
	if err != nil {
		return err
	}
	// What was held there already takes up no more room, however full it is.
	if exceeds(before.Collection, after.Collection) || exceeds(before.Namespace, after.Namespace) {
		return overQuota(op, before, bytes)
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

// reservation is the room that is kept free for an upload. It is written in the upload's
// row, so that it lasts as long as that.
type reservation struct {
	s          *Service
	collection ref.Collection
	id         string
	total      int64 // bytes kept free so far
	unused     int64 // of them, not yet used
	extension  int64
}

// reserve makes room for an upload that comes in one go; nil says that no quota holds. It
// has to be ended. Errors: OverQuota, and those of AuthorizePush.
func (s *Service) reserve(ctx context.Context, actor model.Actor, path ref.Path, bytes int64) (*reservation, error) {
	const op = "registry.reserve"
	var r *reservation
	begin := func(tx *store.Tx, write bool) error {
		p, err := s.authorizedPushPlace(ctx, tx, actor, path)
		if err != nil {
			return err
		}
		l, err := s.quotas(ctx, tx, p.ContainerOf.Collection)
		if err != nil || !l.Limited() {
			return err
		}
		if l.Remaining() < max(bytes, 1) {
			return overQuota(op, l, bytes)
		}
		r = &reservation{s: s, collection: p.ContainerOf.Collection, id: rand.Text(), total: bytes, unused: bytes, extension: minExtension}
		if !write {
			return nil
		}
		return tx.AddUpload(ctx, store.Upload{ID: r.id, Container: p.ContainerOf.Full(), User: actor.UserID,
			Reserved: bytes, Namespace: l.NamespaceID, Collection: p.Collection, Transient: true})
	}
	// Where no quota holds, nothing is written.
	err := s.db.View(ctx, func(tx *store.Tx) error { return begin(tx, false) })
	if err == nil && r != nil {
		r = nil
		err = s.db.Update(ctx, func(tx *store.Tx) error { return begin(tx, true) })
	}
	return r, err
}

// release gives back what is kept free, if nobody did so yet.
func (r *reservation) release(ctx context.Context) {
	if r == nil || r.id == "" {
		return
	}
	if err := r.s.forgetUpload(ctx, r.id); err != nil {
		r.s.log.Error("room could not be given back; the next start of the server does it", "upload", r.id, "error", err)
	}
}

// releaseIn gives back what is kept free as a part of the transaction that needs it.
func (r *reservation) releaseIn(ctx context.Context, tx *store.Tx) error {
	if r == nil {
		return nil
	}
	return tx.DeleteUpload(ctx, r.id)
}

// extend keeps more room free: that many bytes or, if that is 0, another step or what is left.
func (r *reservation) extend(ctx context.Context, bytes int64) error {
	const op = "registry.extend"
	return r.s.db.Update(ctx, func(tx *store.Tx) error {
		l, err := r.s.quotas(ctx, tx, r.collection)
		if err != nil {
			return err
		}
		if l.Remaining() < max(bytes, 1) {
			return overQuota(op, l, bytes)
		}
		more := bytes
		if more == 0 {
			more = min(r.extension, l.Remaining())
			r.extension = min(2*r.extension, maxExtension)
		}
		if err := tx.ReserveUpload(ctx, r.id, r.total+more); err != nil {
			return err
		}
		r.total += more
		r.unused += more
		return nil
	})
}

// ensure keeps room free for an upload of that many bytes in all.
func (r *reservation) ensure(ctx context.Context, bytes int64) error {
	if r == nil || bytes <= r.total {
		return nil
	}
	return r.extend(ctx, bytes-r.total)
}

// limit gives a body that is read as far as room is kept free for it, and keeps more free
// as it goes on; with none, the body itself.
func (r *reservation) limit(ctx context.Context, body io.Reader) io.Reader {
	if r == nil {
		return body
	}
	return &reservedReader{ctx, body, r}
}

type reservedReader struct {
	ctx         context.Context
	body        io.Reader
	reservation *reservation
}

// Read reads on. Errors: OverQuota, and the body's.
func (m *reservedReader) Read(p []byte) (int, error) {
	if m.reservation.unused > 0 {
		n, err := m.body.Read(p[:min(int64(len(p)), m.reservation.unused)])
		m.reservation.unused -= int64(n)
		return n, err
	}
	// This may be the end, for which no room is needed.
	n, err := m.body.Read(p[:min(len(p), 1)])
	if n == 0 {
		return 0, err
	}
	if err := m.reservation.extend(m.ctx, 0); err != nil {
		return 0, err
	}
	m.reservation.unused -= int64(n)
	return n, err
}

// ReleaseReservations gives back the room of uploads that ended with the program which took them. It is
// called once, before the first request, by the one server of a data folder.
func (s *Service) ReleaseReservations(ctx context.Context) error {
	return errs.Wrap("registry.ReleaseReservations", s.db.Update(ctx, func(tx *store.Tx) error { return tx.DeleteTransientUploads(ctx) }))
}
