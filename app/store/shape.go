package store

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"

	"sregistry/app/errs"
)

// sameShape reports whether a file has every table, index and view of a schema, just as it
// says: a version number alone is easily right by accident. What is there besides does no
// harm. Errors: Invalid.
func sameShape(ctx context.Context, file queryer, schema string) error {
	const op = "store.sameShape"
	memory, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		return wrap(op, err)
	}
	defer memory.Close()
	memory.SetMaxOpenConns(1) // every further connection would be another database
	if _, err := memory.ExecContext(ctx, schema); err != nil {
		return wrap(op, err)
	}
	want, err := shape(ctx, memory)
	if err != nil {
		return err
	}
	got, err := shape(ctx, file)
	if err != nil {
		return err
	}
	for name, text := range want {
		if got[name] != text {
			return errs.E(op, errs.Invalid, "The database has the right version, but its %s is not what it should be: it was made by an unfinished sregistry, or changed by hand. Name another folder with --data, or restore a backup.", name)
		}
	}
	return nil
}

// shape gives the definition of everything in a database, by kind and name, without what
// makes no difference: comments, spaces and quotes around names.
func shape(ctx context.Context, db queryer) (map[string]string, error) {
	const op = "store.shape"
	rows, err := db.QueryContext(ctx, "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, wrap(op, err)
		}
		all[name] = strings.Join(words(text), " ")
	}
	return all, wrap(op, rows.Err())
}

// word matches one token of SQL, or what stands between two.
var word = regexp.MustCompile(`--[^\n]*|\s+|'(?:[^']|'')*'|"[^"]*"|\w+|[^\w\s]`)

// words gives the tokens of a statement.
func words(text string) []string {
	list := word.FindAllString(text, -1)
	for at, w := range list {
		switch {
		case strings.HasPrefix(w, "--"), strings.TrimSpace(w) == "":
			list[at] = ""
		case w[0] == '"':
			list[at] = w[1 : len(w)-1]
		}
	}
	return slices.DeleteFunc(list, func(w string) bool { return w == "" })
}
