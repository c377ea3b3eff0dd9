package store

import "context"

// Integrity gives a sentence for everything that is wrong with the database file itself;
// none if all is well. It checks everything, so it takes longer the larger the file is.
func (t *Tx) Integrity(ctx context.Context) ([]string, error) {
	const op = "store.Integrity"
	indexes, err := all(ctx, t, op, value[string], "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'")
	if err != nil {
		return nil, err
	}
	// The check of a full-text index goes by what this connection knew of it when it last
	// searched it, and takes every change since then for damage, unless somebody reads it.
	for _, index := range indexes {
		if _, err := all(ctx, t, op, value[int64], "SELECT rowid FROM "+index+" LIMIT 1"); err != nil {
			return nil, err
		}
	}
	said, err := all(ctx, t, op, value[string], "PRAGMA integrity_check")
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, line := range said {
		if line != "ok" {
			wrong = append(wrong, "The database file is damaged: "+line+".")
		}
	}
	dangling, err := all(ctx, t, op, func(row scanner) (string, error) {
		var table, parent string
		var id, key any
		err := row.Scan(&table, &id, &parent, &key)
		return "A row of " + table + " names one of " + parent + " that is not there.", err
	}, "PRAGMA foreign_key_check")
	return append(wrong, dangling...), err
}
