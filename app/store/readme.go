package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Readme gives what is written about a container; nothing, and version 0, if nothing was
// yet.
func (t *Tx) Readme(ctx context.Context, container int64) (model.Readme, error) {
	r, err := one(ctx, t, "store.Readme", func(row scanner) (model.Readme, error) {
		var r model.Readme
		var updated int64
		err := row.Scan(&r.Text, &r.Version, &updated, &r.By, &r.ByFullName)
		r.Updated = fromUnix(updated)
		return r, err
	}, `SELECT r.text, r.version, r.updated_at, coalesce(n.name, ''), coalesce(u.full_name, '')
	  FROM container_readmes r LEFT JOIN users u ON u.id = r.updated_by LEFT JOIN names n ON n.id = u.name_id
	 WHERE r.container_id = ?`, container)
	if errs.Is(err, errs.NotFound) {
		return model.Readme{}, nil
	}
	return r, err
}

// SetReadme keeps what a user wrote about a container, over what was there.
func (t *Tx) SetReadme(ctx context.Context, container, user int64, text string) error {
	return t.run(ctx, "store.SetReadme", `INSERT INTO container_readmes (container_id, text, version, updated_at, updated_by)
	  VALUES (?1, ?2, 1, ?3, nullif(?4, 0)) ON CONFLICT (container_id) DO UPDATE
	  SET text = ?2, version = version + 1, updated_at = ?3, updated_by = nullif(?4, 0)`, container, text, unix(t.Now), user)
}
