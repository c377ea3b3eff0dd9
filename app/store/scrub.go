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
	return t.run(ctx, "store.MarkIntact", "UPDATE blobs SET verified_at = ?, damaged_at = 0, damage = '' WHERE digest = ?", unix(t.Now), d)
}

// MarkCorrupt notes what is wrong with a blob's file. From now on the blob is not there, to
// everybody, until HoldBlob or MarkIntact.
func (t *Tx) MarkCorrupt(ctx context.Context, d digest.Digest, what string) error {
	return t.run(ctx, "store.MarkCorrupt", "UPDATE blobs SET verified_at = ?1, damaged_at = ?1, damage = ?2 WHERE digest = ?3 AND damaged_at = 0",
		unix(t.Now), what, d)
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
		err := row.Scan(&h.Blobs, &h.Bytes, &verified, &h.Damaged, &h.Database)
		h.Verified = fromUnix(verified)
		return h, err
	}, `SELECT blobs, bytes, (SELECT coalesce(min(verified_at), 0) FROM blobs WHERE damaged_at = 0),
	  (SELECT count(*) FROM blobs WHERE damaged_at > 0), (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) FROM stock`)
	h.Schema = CurrentVersion()
	return h, err
}
