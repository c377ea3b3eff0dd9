package store

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"
)

// Abandoned says which uploads, and blobs that no image uses, give up their storage for
// somebody who needs it: those of a namespace or, if Collection is not 0, of one collection.
type Abandoned struct {
	Namespace, Collection int64
	// User is who needs it. Own uploads count as abandoned sooner than those of others: since
	// Own, or at once if their last request was cut off.
	User        int64
	Own, Others time.Time
	// Container and Wanted are what the user pushes, if that is known: what came of it before
	// counts as abandoned at once.
	Container string
	Wanted    digest.Digest
}

// ReserveUpload sets how many bytes are reserved for an upload, whose writer goes on.
func (t *Tx) ReserveUpload(ctx context.Context, id string, bytes int64) error {
	return t.run(ctx, "store.ReserveUpload", "UPDATE uploads SET reserved = ?, touched_at = ? WHERE id = ?", bytes, unix(t.Now), id)
}

// LeaveUpload sets how many bytes stay reserved for an upload that its writer has left, and
// whether it was cut off.
func (t *Tx) LeaveUpload(ctx context.Context, id string, bytes int64, broken bool) error {
	return t.run(ctx, "store.LeaveUpload", "UPDATE uploads SET reserved = ?, touched_at = ?, broken = ? WHERE id = ?", bytes, unix(t.Now), broken, id)
}

// Keeper.ReleaseReservations is for the start of a server, when no upload has a writer: it forgets those that
// cannot be resumed, and what is reserved for the others shrinks to what has arrived.
func (t *Tx) ReleaseReservations(ctx context.Context) error {
	const op = "store.ReleaseReservations"
	if err := t.run(ctx, op, "DELETE FROM uploads WHERE resumable = 0"); err != nil {
		return err
	}
	return t.run(ctx, op, "UPDATE uploads SET reserved = min(reserved, offset), broken = 1")
}

// IdleUploads gives the ids of uploads, at most limit, that nobody has touched since a moment
// and for which more is reserved than has arrived.
func (t *Tx) IdleUploads(ctx context.Context, since time.Time, limit int) ([]string, error) {
	return all(ctx, t, "store.IdleUploads", value[string],
		"SELECT id FROM uploads WHERE touched_at <= ? AND reserved > offset AND resumable = 1 ORDER BY touched_at, id LIMIT ?", unix(since), limit)
}

// ShrinkUpload is for one of IdleUploads, while nobody can write to it: what is reserved for
// it shrinks to what has arrived, unless it was touched since a moment.
func (t *Tx) ShrinkUpload(ctx context.Context, id string, since time.Time) error {
	return t.run(ctx, "store.ShrinkUpload", "UPDATE uploads SET reserved = min(reserved, offset) WHERE id = ? AND touched_at <= ?", id, unix(since))
}

// abandonedUpload is the condition for the uploads of Abandoned, by its args.
const abandonedUpload = `namespace_id = ?1 AND reserved > 0 AND resumable = 1 AND (?2 = 0 OR collection_id = ?2)
  AND (touched_at <= ?3 OR user_id = ?4 AND (broken = 1 OR touched_at <= ?5 OR wanted <> '' AND wanted = ?6 AND container = ?7))`

func (a Abandoned) args() []any {
	return []any{a.Namespace, a.Collection, unix(a.Others), a.User, unix(a.Own), a.Wanted, a.Container}
}

// AbandonedUpload is an upload that is abandoned. Again says that its user pushes the same
// content again, so that it may have a writer.
type AbandonedUpload struct {
	ID    string
	Again bool
}

// AbandonedUploads gives abandoned uploads, the oldest first, at most limit.
func (t *Tx) AbandonedUploads(ctx context.Context, a Abandoned, limit int) ([]AbandonedUpload, error) {
	return all(ctx, t, "store.AbandonedUploads", func(row scanner) (AbandonedUpload, error) {
		var u AbandonedUpload
		return u, row.Scan(&u.ID, &u.Again)
	}, `SELECT id, user_id = ?4 AND wanted <> '' AND wanted = ?6 AND container = ?7 FROM uploads
	  WHERE `+abandonedUpload+" ORDER BY 2 DESC, touched_at, id LIMIT ?8", append(a.args(), limit)...)
}

// DropAbandoned forgets an upload if it is still abandoned, and reports whether it was.
func (t *Tx) DropAbandoned(ctx context.Context, a Abandoned, id string) (bool, error) {
	n, err := t.exec(ctx, "store.DropAbandoned", "DELETE FROM uploads WHERE "+abandonedUpload+" AND id = ?8", append(a.args(), id)...)
	return n > 0, err
}

// ReservedFor gives how many bytes are reserved for a user's uploads to a namespace, but for
// one.
func (t *Tx) ReservedFor(ctx context.Context, namespace, user int64, except string) (int64, error) {
	return one(ctx, t, "store.ReservedFor", value[int64],
		"SELECT coalesce(sum(reserved), 0) FROM uploads WHERE namespace_id = ? AND user_id = ? AND reserved > 0 AND id <> ?", namespace, user, except)
}

// EarlierUploads gives the ids of a user's uploads of the same content to a container whose
// last request was cut off, or that nobody has touched since a time.
func (t *Tx) EarlierUploads(ctx context.Context, user int64, container string, wanted digest.Digest, since time.Time) ([]string, error) {
	return all(ctx, t, "store.EarlierUploads", value[string],
		"SELECT id FROM uploads WHERE user_id = ? AND container = ? AND wanted = ? AND wanted <> '' AND resumable = 1 AND (broken = 1 OR touched_at <= ?)",
		user, container, wanted, unix(since))
}

// HeldLoose is a blob that a container holds though none of its images uses it.
type HeldLoose struct {
	Container int64
	Digest    digest.Digest
}

// looseBlob is the condition for a row h of container_blobs that no image uses.
const looseBlob = "NOT EXISTS (SELECT 1 FROM image_blobs y WHERE y.container_id = h.container_id AND y.digest = h.digest)"

// AbandonedBlobs gives the blobs that abandoned pushes left without an image, the oldest
// first, at most limit. It reads all that is held there.
func (t *Tx) AbandonedBlobs(ctx context.Context, a Abandoned, limit int) ([]HeldLoose, error) {
	return all(ctx, t, "store.AbandonedBlobs", func(row scanner) (HeldLoose, error) {
		var h HeldLoose
		return h, row.Scan(&h.Container, &h.Digest)
	}, `SELECT h.container_id, h.digest FROM collections c JOIN containers k ON k.collection_id = c.id
	      JOIN container_blobs h ON h.container_id = k.id
	     WHERE c.namespace_id = ?1 AND (?2 = 0 OR c.id = ?2) AND (h.renewed_at <= ?3 OR h.abandoned_at BETWEEN 1 AND ?4) AND `+looseBlob+`
	     ORDER BY h.abandoned_at = 0, h.renewed_at, h.container_id, h.digest LIMIT ?5`, a.Namespace, a.Collection, unix(a.Others), unix(a.Own), limit)
}

// LetGo makes a container hold a blob no more, if it is still abandoned, or what its user
// pushes again. It reports whether that was so.
func (t *Tx) LetGo(ctx context.Context, a Abandoned, h HeldLoose) (bool, error) {
	n, err := t.exec(ctx, "store.LetGo", `DELETE FROM container_blobs AS h WHERE h.container_id = ?1 AND h.digest = ?2
	  AND (h.renewed_at <= ?3 OR h.abandoned_at BETWEEN 1 AND ?6 OR h.user_id = ?4 AND h.digest = ?5) AND `+looseBlob,
		h.Container, h.Digest, unix(a.Others), a.User, a.Wanted, unix(a.Own))
	return n > 0, err
}

// AbandonBlobs marks as abandoned the blobs that a user brought to a container and that no
// image uses. It reports whether there were any.
func (t *Tx) AbandonBlobs(ctx context.Context, container, user int64) (bool, error) {
	n, err := t.exec(ctx, "store.AbandonBlobs", `UPDATE container_blobs AS h SET abandoned_at = ?3
	  WHERE h.container_id = ?1 AND h.user_id = ?2 AND h.abandoned_at = 0 AND `+looseBlob, container, user, unix(t.Now))
	return n > 0, err
}
