package store

import "context"

// Integrity gives a sentence for everything that is wrong with the database file itself;
// none if all is well. It looks at the rows and their indexes, not at what the full-text
// indexes say of themselves: they are made of the rows, and can be made anew.
func (t *Tx) Integrity(ctx context.Context) ([]string, error) {
	const op = "store.Integrity"
	tables, err := all(ctx, t, op, value[string], "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, table := range tables {
		said, err := all(ctx, t, op, value[string], "PRAGMA integrity_check('"+table+"')")
		if err != nil {
			return nil, err
		}
		for _, line := range said {
			if line != "ok" {
				wrong = append(wrong, "The database file is damaged: "+line+".")
			}
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
