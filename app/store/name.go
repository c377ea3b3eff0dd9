package store

import (
	"context"

	"sregistry/app/errs"
)

// The kinds of name.
const (
	userName       = "user"
	teamName       = "team"
	collectionName = "collection"
)

// IsNamespace reports whether a first part is a namespace: the registry's own, a user's or
// a team's. A name that nobody has taken is none.
func (t *Tx) IsNamespace(ctx context.Context, first string) (bool, error) {
	return one(ctx, t, "store.IsNamespace", value[bool],
		"SELECT EXISTS (SELECT 1 FROM names WHERE name = ? AND kind <> 'collection')", first)
}

// NamespaceOf gives the row id of a namespace, and reports whether a user may create
// collections in it because it is his or he owns the team. Errors: NotFound.
func (t *Tx) NamespaceOf(ctx context.Context, name string, user int64) (id int64, owned bool, err error) {
	const op = "store.NamespaceOf"
	type found struct {
		id    int64
		owned bool
	}
	f, err := one(ctx, t, op, func(row scanner) (found, error) {
		var f found
		return f, row.Scan(&f.id, &f.owned)
	}, "SELECT n.id, "+ownedBy("n.id", "?2")+" FROM names n WHERE n.name = ?1 AND n.kind <> 'collection'", name, user)
	if errs.Is(err, errs.NotFound) {
		return 0, false, errs.E(op, errs.NotFound, "There is no user or team %q.", name)
	}
	return f.id, f.owned, err
}

// ownedBy is the condition that a namespace is a user's, or a team's that he owns.
func ownedBy(namespace, user string) string {
	return `(EXISTS (SELECT 1 FROM users u WHERE u.name_id = ` + namespace + ` AND u.id = ` + user + `)
	    OR EXISTS (SELECT 1 FROM teams t JOIN team_members m ON m.team_id = t.id
	                WHERE t.name_id = ` + namespace + ` AND m.user_id = ` + user + ` AND m.owner = 1))`
}

// addName takes a name. Errors: Conflict if somebody has it.
func (t *Tx) addName(ctx context.Context, name, kind string) (int64, error) {
	const op = "store.addName"
	id, err := one(ctx, t, op, value[int64], "INSERT INTO names (name, kind) VALUES (?, ?) RETURNING id", name, kind)
	if errs.Is(err, errs.Conflict) {
		return 0, errs.E(op, errs.Conflict, "The name %q is taken; choose another.", name)
	}
	return id, err
}

// addNamespace takes a name for a user or a team, with its default collection.
func (t *Tx) addNamespace(ctx context.Context, name, kind string) (int64, error) {
	const op = "store.addNamespace"
	id, err := t.addName(ctx, name, kind)
	if err != nil {
		return 0, err
	}
	return id, t.run(ctx, op, `INSERT INTO collections (namespace_id, name, created_at, updated_at)
	  VALUES (?1, 'default', ?2, ?2)`, id, unix(t.Now))
}
