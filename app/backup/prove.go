package backup

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"sregistry/app/store"
)

// wrongWith gives a sentence for everything that is wrong with the database of a backup,
// in itself or against its manifest; none if all is well.
func (m Manifest) wrongWith(ctx context.Context, copy *store.DB) (wrong []string, err error) {
	err = copy.View(ctx, func(tx *store.Tx) (err error) {
		if wrong, err = tx.Integrity(ctx); err != nil {
			return err
		}
		schema, err := tx.Schema(ctx)
		if err != nil {
			return err
		}
		rows, err := tx.Counts(ctx)
		if err != nil {
			return err
		}
		if schema != m.Schema {
			wrong = append(wrong, fmt.Sprintf("The database has schema %d instead of %d.", schema, m.Schema))
		}
		for _, table := range slices.Sorted(maps.Keys(m.Rows)) {
			if n := m.Rows[table]; rows[table] != n {
				wrong = append(wrong, fmt.Sprintf("The table %s has %d rows instead of %d.", table, rows[table], n))
			}
		}
		return nil
	})
	return wrong, err
}

// recall completes what is said of a blob that a backup does not have by what was known of
// it when the backup was made, and reports whether that is anything.
func (m Manifest) recall(d Damage) (_ Damage, known bool) {
	at := slices.IndexFunc(m.Damaged, func(known Damage) bool { return known.Digest == d.Digest })
	if at >= 0 {
		d.What = m.Damaged[at].What + " since before the backup"
	}
	return d, at >= 0
}

// victims gives the images that need a blob, the first few.
func (m Manifest) victims(ctx context.Context, copy *store.DB, d digest.Digest) (images []string, err error) {
	if m.Schema != store.CurrentVersion() { // the question would not fit the tables
		return nil, nil
	}
	err = copy.Peek(ctx, func(tx *store.Tx) (err error) {
		images, err = tx.ImagesWith(ctx, d, maxVictims)
		return err
	})
	return images, err
}
