package store

import (
	"context"
	"time"

	"sregistry/app/model"
)

// AddShare records a link to an image by the hash of its secret.
func (t *Tx) AddShare(ctx context.Context, i model.Image, secretHash []byte, by int64, expires time.Time) (int64, error) {
	return one(ctx, t, "store.AddShare", value[int64], `INSERT INTO shares (image_id, tag, secret_hash, created_by, created_at, expires_at)
	  VALUES (?, ?, ?, ?, ?, ?) RETURNING id`, i.ID, i.Tag, secretHash, by, unix(t.Now), unix(expires))
}

// SharedImage finds the image behind a live link, under the tag it was shared by, and
// who shared it. Errors: NotFound.
func (t *Tx) SharedImage(ctx context.Context, secretHash []byte) (model.Image, int64, error) {
	var by int64
	i, err := one(ctx, t, "store.SharedImage", func(row scanner) (model.Image, error) {
		var tag string
		i, err := scanImageAnd(row, &tag, &by)
		i.Tag = tag
		return i, err
	}, "SELECT "+imageColumns+", s.tag, s.created_by"+imageTables+` JOIN shares s ON s.image_id = i.id
	 WHERE s.secret_hash = ? AND s.expires_at > ? AND i.deleted_at = 0`, secretHash, unix(t.Now))
	return i, by, err
}

// Shares gives the live links to images of a container, newest first, one more than the
// page holds; the cursor is the id.
func (t *Tx) Shares(ctx context.Context, container int64, before int64, p model.Page) ([]model.Share, error) {
	return all(ctx, t, "store.Shares", scanShare, shareColumns+`
	 WHERE i.container_id = ?1 AND s.expires_at > ?2 AND (?3 = 0 OR s.id < ?3) ORDER BY s.id DESC LIMIT ?4`,
		container, unix(t.Now), before, p.Size()+1)
}

const shareColumns = `SELECT s.id, n.name, c.name, k.name, s.tag, i.digest, coalesce(un.name, ''), coalesce(u.full_name, ''), s.created_at, s.expires_at` + imageTables + `
  JOIN shares s ON s.image_id = i.id LEFT JOIN users u ON u.id = s.created_by LEFT JOIN names un ON un.id = u.name_id`

func scanShare(row scanner) (model.Share, error) {
	var s model.Share
	var i model.Image
	var created, expires int64
	err := row.Scan(&s.ID, &i.Container.Namespace, &i.Container.Name, &i.Container.Container, &i.Tag, &i.Digest, &s.By, &s.ByFullName, &created, &expires)
	s.Image, s.Created, s.Expires = i.Title(), fromUnix(created), fromUnix(expires)
	return s, err
}

// ImageOfShare gives the row id of the image that a link leads to. Errors: NotFound.
func (t *Tx) ImageOfShare(ctx context.Context, id int64) (int64, error) {
	return one(ctx, t, "store.ImageOfShare", value[int64], "SELECT image_id FROM shares WHERE id = ?", id)
}

// DeleteShare takes a link back.
func (t *Tx) DeleteShare(ctx context.Context, id int64) error {
	return t.run(ctx, "store.DeleteShare", "DELETE FROM shares WHERE id = ?", id)
}

// CountSharesBy counts the links that a user created and that have not expired.
func (t *Tx) CountSharesBy(ctx context.Context, user int64) (int, error) {
	return one(ctx, t, "store.CountSharesBy", value[int], "SELECT count(*) FROM shares WHERE created_by = ? AND expires_at > ?", user, unix(t.Now))
}

// DeleteSharesBy removes all links that a user created, and gives how many.
func (t *Tx) DeleteSharesBy(ctx context.Context, user int64) (int, error) {
	n, err := t.exec(ctx, "store.DeleteSharesBy", "DELETE FROM shares WHERE created_by = ?", user)
	return int(n), err
}
