package store

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Upload is an upload under way, as far as it is durable.
type Upload struct {
	ID        string
	Container string // full name; it may not exist yet
	User      int64
	Offset    int64  // bytes
	State     []byte // of the running hash at Offset; empty at the beginning
	// Reserved is how many bytes are kept free for it, of the quotas of these, if any holds;
	// they are 0 where there is none.
	Reserved              int64
	Namespace, Collection int64
	// Transient says that it cannot be resumed once the program has ended, and holds only
	// a reservation.
	Transient bool
	// Wanted is the digest of what is being sent, if its client said so at the start.
	Wanted digest.Digest
}

// NoUpload is the sentence about an upload that is not there.
const NoUpload = "The upload was not found: it was finished, canceled, or left idle too long. Start a new one."

// AddUpload records a new upload, of which nothing has come.
func (t *Tx) AddUpload(ctx context.Context, u Upload) error {
	return t.run(ctx, "store.AddUpload", `INSERT INTO uploads (id, container, user_id, offset, state, created_at, touched_at, reserved, namespace_id, collection_id, resumable, wanted)
	  VALUES (?1, ?2, ?3, 0, x'', ?4, ?4, ?5, nullif(?6, 0), nullif(?7, 0), ?8, ?9)`,
		u.ID, u.Container, u.User, unix(t.Now), u.Reserved, u.Namespace, u.Collection, !u.Transient, u.Wanted)
}

// Upload finds an upload. Errors: NotFound.
func (t *Tx) Upload(ctx context.Context, id string) (Upload, error) {
	const op = "store.Upload"
	u, err := one(ctx, t, op, func(row scanner) (Upload, error) {
		var u Upload
		return u, row.Scan(&u.ID, &u.Container, &u.User, &u.Offset, &u.State, &u.Reserved, &u.Namespace, &u.Collection)
	}, `SELECT id, container, user_id, offset, state, reserved, coalesce(namespace_id, 0), coalesce(collection_id, 0)
	  FROM uploads WHERE id = ? AND resumable = 1`, id)
	if errs.Is(err, errs.NotFound) {
		return Upload{}, errs.E(op, errs.NotFound, NoUpload)
	}
	return u, err
}

// AdvanceUpload records how far an upload is durable.
func (t *Tx) AdvanceUpload(ctx context.Context, u Upload) error {
	return t.run(ctx, "store.AdvanceUpload", "UPDATE uploads SET offset = ?, state = ?, touched_at = ?, broken = 0 WHERE id = ?",
		u.Offset, u.State, unix(t.Now), u.ID)
}

// DeleteUpload forgets an upload.
func (t *Tx) DeleteUpload(ctx context.Context, id string) error {
	return t.run(ctx, "store.DeleteUpload", "DELETE FROM uploads WHERE id = ?", id)
}

// SweepUploads forgets uploads that nobody has touched since a moment, and gives their
// ids.
func (t *Tx) SweepUploads(ctx context.Context, since time.Time) ([]string, error) {
	return all(ctx, t, "store.SweepUploads", value[string], "DELETE FROM uploads WHERE touched_at <= ? AND resumable = 1 RETURNING id", unix(since))
}

// CountUploads counts the uploads that are under way.
func (t *Tx) CountUploads(ctx context.Context) (int, error) {
	return one(ctx, t, "store.CountUploads", value[int], "SELECT count(*) FROM uploads")
}

// HasUpload reports whether an upload is recorded.
func (t *Tx) HasUpload(ctx context.Context, id string) (bool, error) {
	return one(ctx, t, "store.HasUpload", value[bool], "SELECT EXISTS (SELECT 1 FROM uploads WHERE id = ?)", id)
}

// OpenUploads gives the uploads under way, the last begun first, at most limit. Their
// bytes are those that are durable.
func (t *Tx) OpenUploads(ctx context.Context, limit int) ([]model.OpenUpload, error) {
	return all(ctx, t, "store.OpenUploads", func(row scanner) (model.OpenUpload, error) {
		var u model.OpenUpload
		var begun, touched int64
		err := row.Scan(&u.ID, &u.Container, &u.User, &u.UserFullName, &u.Bytes, &begun, &touched)
		u.Begun, u.Touched = fromUnix(begun), fromUnix(touched)
		return u, err
	}, `SELECT x.id, x.container, n.name, u.full_name, x.offset, x.created_at, x.touched_at FROM uploads x
	    JOIN users u ON u.id = x.user_id JOIN names n ON n.id = u.name_id ORDER BY x.created_at DESC, x.id LIMIT ?`, limit)
}
