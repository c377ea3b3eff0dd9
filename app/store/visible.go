package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"sregistry/app/model"
)

// visible is the condition under which an actor may see a collection c. It is the only
// place beside package access where the rule for reading stands, because a list cannot
// ask row by row; a property test holds the two equal. What is deleted is nobody's to see.
// Its parameters are those of viewer.
const visible = `c.deleted_at = 0 AND (c.public = 1 AND :open OR :all OR c.id IN (SELECT value FROM json_each(:own)))`

// live is the condition that a container k was not deleted, nor its collection c.
const live = `k.deleted_at = 0 AND c.deleted_at = 0`

// viewer gives the parameters of visible, and as the first of all, ?1, the actor's user:
// whether he sees what is public, whether he sees everything, and which collections he
// sees besides. signIn says that this site shows nothing to anonymous callers.
func (t *Tx) viewer(ctx context.Context, a model.Actor, signIn bool) ([]any, error) {
	own := []int64{}
	reads := a.Scope.Has(model.ScopeRead)
	switch {
	case reads && a.Admin && a.Only != nil:
		own = a.Only
	case reads && !a.Admin && a.UserID != 0:
		roles, err := all(ctx, t, "store.viewer", value[int64], "SELECT DISTINCT collection_id FROM roles WHERE user_id = ?", a.UserID)
		if err != nil {
			return nil, err
		}
		own = slices.DeleteFunc(roles, func(c int64) bool { return !a.Covers(c) })
	}
	return []any{
		sql.Named("user", a.UserID),
		sql.Named("open", !signIn || !a.IsAnonymous()),
		sql.Named("all", reads && a.Admin && a.Only == nil),
		sql.Named("own", list(own)),
	}, nil
}

// list writes values as SQL's json_each reads them.
func list[T int64 | string](values []T) string {
	if len(values) == 0 {
		return "[]"
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("store: a list did not marshal: " + err.Error())
	}
	return string(text)
}
