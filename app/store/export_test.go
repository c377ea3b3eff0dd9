package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"modernc.org/sqlite"
)

// Exec lets a test run a statement of its own.
func (t *Tx) Exec(ctx context.Context, text string, args ...any) error {
	return t.run(ctx, "store.Exec", text, args...)
}

// SetVersion writes a schema number into a closed database file.
func SetVersion(ctx context.Context, dir string, n int) error {
	p, err := openPool(filepath.Join(dir, FileName), "BEGIN", nil, 1)
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", n))
	return err
}

// Fill makes the database's disk full: from now on the file may not grow.
func (db *DB) Fill(ctx context.Context) error {
	c, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(c)
	var pages int
	if err := c.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return err
}

// Drain makes room again.
func (db *DB) Drain(ctx context.Context) error {
	c, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(c)
	_, err = c.ExecContext(ctx, "PRAGMA max_page_count = 1073741823")
	return err
}

// Break makes the connection that writes one that cannot, and that is known to be broken.
func (db *DB) Break(ctx context.Context) error {
	c, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(c)
	c.broken = true
	_, err = c.ExecContext(ctx, "PRAGMA query_only = 1")
	return err
}

// Script runs statements on a closed database file, which it makes if it is missing.
func Script(ctx context.Context, dir, text string) error {
	p, err := openPool(filepath.Join(dir, FileName), "BEGIN", nil, 1)
	if err != nil {
		return err
	}
	defer p.close()
	_, err = p.db.ExecContext(ctx, text)
	return err
}

// Dump gives every row of the tables of a schema from a closed database file, with the
// columns that the schema has, but for what is used: metadata counts since version 3.
func Dump(ctx context.Context, dir, schemaFile string) (map[string][]string, error) {
	schema, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	p, err := openPool(filepath.Join(dir, FileName), "BEGIN", nil, 1)
	if err != nil {
		return nil, err
	}
	defer p.close()
	memory, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	memory.SetMaxOpenConns(1)
	if _, err := memory.ExecContext(ctx, string(schema)); err != nil {
		return nil, err
	}
	queries, err := strings2(ctx, memory, `SELECT 'SELECT ' || quote(m.name) || ', concat_ws(char(31), ' ||
	  group_concat('quote(' || c.name || ')', ', ' ORDER BY c.cid) || ') FROM ' || m.name || ' ORDER BY 2', ''
	  FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name <> 'used' GROUP BY m.name`)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, q := range queries {
		rows, err := strings2(ctx, p.db, q[0])
		if err != nil {
			return nil, err
		}
		table, _, _ := strings.Cut(strings.TrimPrefix(q[0], "SELECT '"), "'")
		all[table] = nil
		for _, row := range rows {
			all[table] = append(all[table], row[1])
		}
	}
	return all, nil
}

// strings2 gives the rows of a query with two columns of text.
func strings2(ctx context.Context, db queryer, query string) (list [][2]string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row [2]string
		if err := rows.Scan(&row[0], &row[1]); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

// UpgradeDying is Upgrade in a process that kills itself after the nth statement of all
// steps.
func UpgradeDying(ctx context.Context, dir, schema string, n int) error {
	err := sqlite.RegisterScalarFunction("die", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	})
	if err != nil {
		return err
	}
	p, err := openPool(filepath.Join(dir, FileName), beginWrite, url.Values{"_foreign_keys": {"0"}}, 1)
	if err != nil {
		return err
	}
	defer p.close()
	if _, err := saveSnapshot(ctx, p.db, dir, firstVersion); err != nil {
		return err
	}
	for next := firstVersion + 1; next <= CurrentVersion(); next++ {
		text, err := stepTo(next)
		if err != nil {
			return err
		}
		if text, n = dying(text, n); err == nil {
			err = step(ctx, p.db, next, text, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dying puts a call of die after the nth statement, and gives what is left of n if there
// are fewer.
func dying(text string, n int) (string, int) {
	depth := 0 // of what a semicolon does not end
	for _, at := range word.FindAllStringIndex(text, -1) {
		switch w := text[at[0]:at[1]]; strings.ToUpper(w) {
		case "BEGIN", "CASE":
			depth++
		case "END":
			depth--
		case ";":
			if depth > 0 {
				continue
			}
			if n--; n == 0 {
				return text[:at[1]] + " SELECT die(); " + text[at[1]:], n
			}
		}
	}
	return text, n
}

// Bytes gives how much of the database file is in use.
func (t *Tx) Bytes(ctx context.Context) (int64, error) {
	return one(ctx, t, "store.Bytes", value[int64],
		"SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s")
}
