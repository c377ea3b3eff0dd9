package storetest

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"sregistry/app/store"
)

// raw is a database as SQLite sees it, in one transaction at a time.
type raw struct {
	db   *sql.DB
	tx   *sql.Tx
	made map[string]*sql.Stmt
}

// openRaw opens the database in a folder with a cache for many rows, and nothing synced.
func openRaw(t testing.TB, dir string) *raw {
	t.Helper()
	q := url.Values{"_synchronous": {"0"}, "_pragma": {"cache_size(-200000)", "busy_timeout(10000)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, store.FileName), RawQuery: q.Encode()}).String())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return &raw{db: db}
}

func (w *raw) close(t testing.TB) {
	t.Helper()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
}

// run runs a statement outside of a transaction.
func (w *raw) run(t testing.TB, text string) {
	t.Helper()
	if _, err := w.db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// dropTriggers takes all triggers away, and gives their texts.
func (w *raw) dropTriggers(t testing.TB) []string {
	t.Helper()
	rows, err := w.db.QueryContext(t.Context(), "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	var names, texts []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		names, texts = append(names, name), append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		w.run(t, "DROP TRIGGER "+name)
	}
	return texts
}

// begin begins a transaction.
func (w *raw) begin(t testing.TB) {
	t.Helper()
	var err error
	if w.tx, err = w.db.BeginTx(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.made = map[string]*sql.Stmt{}
}

func (w *raw) commit(t testing.TB) {
	t.Helper()
	if err := w.tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// insert writes a row in the transaction and gives its id.
func (w *raw) insert(t testing.TB, text string, args ...any) int64 {
	t.Helper()
	s, ok := w.made[text]
	if !ok {
		var err error
		if s, err = w.tx.PrepareContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		w.made[text] = s
	}
	result, err := s.ExecContext(t.Context(), args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		t.Fatal(err)
	}
	return id
}
