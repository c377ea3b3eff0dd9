package store

import (
	"context"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// DueBlobs gives blobs that were last read before a moment, those first that were read
// longest ago.
func (t *Tx) DueBlobs(ctx context.Context, before time.Time, limit int) ([]Blob, error) {
	return all(ctx, t, "store.DueBlobs", scanBlob, `SELECT digest, size FROM blobs WHERE verified_at <= ? AND damaged_at = 0
	  ORDER BY verified_at, digest LIMIT ?`, unix(before), limit)
}

// MarkIntact notes that a blob's file is what its digest says.
func (t *Tx) MarkIntact(ctx context.Context, d digest.Digest) error {
	const op = "store.MarkIntact"
	if err := t.run(ctx, op, "UPDATE blobs SET verified_at = ?, damaged_at = 0, damage = '' WHERE digest = ?", unix(t.Now), d); err != nil {
		return err
	}
	return t.run(ctx, op, "UPDATE scrub_state SET in_a_row = 0 WHERE in_a_row > 0 AND paused_at = 0")
}

// MarkCorrupt notes what is wrong with a blob's file. From now on the blob is not there, to
// everybody, until HoldBlob or MarkIntact.
func (t *Tx) MarkCorrupt(ctx context.Context, d digest.Digest, what string) error {
	const op = "store.MarkCorrupt"
	n, err := t.exec(ctx, op, "UPDATE blobs SET verified_at = ?1, damaged_at = ?1, damage = ?2 WHERE digest = ?3 AND damaged_at = 0",
		unix(t.Now), what, d)
	if err != nil || n == 0 {
		return err
	}
	return t.run(ctx, op, "UPDATE scrub_state SET in_a_row = in_a_row + 1")
}

// ScrubState tells how the reading of all files goes.
type ScrubState struct {
	Consecutive int       // blobs that were found damaged since the last whole one
	Paused      time.Time // since when no more are marked; zero if they are
}

// ScrubState gives the present one.
func (t *Tx) ScrubState(ctx context.Context) (ScrubState, error) {
	return one(ctx, t, "store.ScrubState", func(row scanner) (ScrubState, error) {
		var s ScrubState
		var paused int64
		err := row.Scan(&s.Consecutive, &paused)
		s.Paused = fromUnix(paused)
		return s, err
	}, "SELECT in_a_row, paused_at FROM scrub_state")
}

// PauseScrub notes that no more blobs are marked as damaged.
func (t *Tx) PauseScrub(ctx context.Context) error {
	return t.run(ctx, "store.PauseScrub", "UPDATE scrub_state SET paused_at = ? WHERE paused_at = 0", unix(t.Now))
}

// ResumeScrub notes that blobs are marked again, and begins to count them anew. It reports
// whether that was paused.
func (t *Tx) ResumeScrub(ctx context.Context) (bool, error) {
	n, err := t.exec(ctx, "store.ResumeScrub", "UPDATE scrub_state SET in_a_row = 0, paused_at = 0 WHERE paused_at > 0")
	return n > 0, err
}

// RequestScrub asks for a blob to be read soon.
func (t *Tx) RequestScrub(ctx context.Context, d digest.Digest) error {
	return t.run(ctx, "store.RequestScrub", "UPDATE blobs SET verified_at = 0 WHERE digest = ? AND damaged_at = 0", d)
}

// CorruptBlobs gives damaged blobs by digest, one more than a page has, without their images.
func (t *Tx) CorruptBlobs(ctx context.Context, p model.Page) ([]model.CorruptBlob, error) {
	return all(ctx, t, "store.CorruptBlobs", func(row scanner) (model.CorruptBlob, error) {
		var d model.CorruptBlob
		var found int64
		err := row.Scan(&d.Digest, &d.Size, &found, &d.What)
		d.Found = fromUnix(found)
		return d, err
	}, "SELECT digest, size, damaged_at, damage FROM blobs WHERE damaged_at > 0 AND digest > ? ORDER BY digest LIMIT ?", p.After, p.Size()+1)
}

// CorruptionOf tells what is wrong with a blob; nothing if it is not recorded as damaged.
func (t *Tx) CorruptionOf(ctx context.Context, d digest.Digest) (string, error) {
	what, err := one(ctx, t, "store.CorruptionOf", value[string], "SELECT damage FROM blobs WHERE digest = ? AND damaged_at > 0", d)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return what, err
}

// IsCorrupt reports whether a blob is recorded as damaged.
func (t *Tx) IsCorrupt(ctx context.Context, d digest.Digest) (bool, error) {
	return one(ctx, t, "store.IsCorrupt", value[bool], "SELECT EXISTS (SELECT 1 FROM blobs WHERE digest = ? AND damaged_at > 0)", d)
}

// ImageIntegrity tells when the blobs of an image were last read, and which are damaged.
func (t *Tx) ImageIntegrity(ctx context.Context, image int64) (model.Integrity, error) {
	const op = "store.ImageIntegrity"
	const blobs = " FROM image_blobs y JOIN blobs b ON b.digest = y.digest WHERE y.image_id = ?"
	verified, err := one(ctx, t, op, value[int64], "SELECT coalesce(min(b.verified_at), 0)"+blobs, image)
	if err != nil {
		return model.Integrity{}, err
	}
	damaged, err := all(ctx, t, op, value[digest.Digest], "SELECT b.digest"+blobs+" AND b.damaged_at > 0 ORDER BY b.digest", image)
	return model.Integrity{Verified: fromUnix(verified), Damaged: damaged}, err
}

// Health gives what the database knows of its own and the blobs' health.
func (t *Tx) Health(ctx context.Context) (model.Health, error) {
	const op = "store.Health"
	h, err := one(ctx, t, op, func(row scanner) (model.Health, error) {
		var h model.Health
		var verified int64
		var paused int64
		err := row.Scan(&h.Blobs, &h.Bytes, &verified, &h.Damaged, &h.Database, &paused)
		h.Verified, h.ScrubPaused = fromUnix(verified), fromUnix(paused)
		return h, err
	}, `SELECT blobs, bytes, (SELECT coalesce(min(verified_at), 0) FROM blobs WHERE damaged_at = 0),
	  (SELECT count(*) FROM blobs WHERE damaged_at > 0), (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size),
	  (SELECT paused_at FROM scrub_state) FROM stock`)
	h.Schema = CurrentVersion()
	return h, err
}
