package store

import (
	"database/sql"
	"encoding/json"

	"sregistry/app/model"
)

// visible is the condition under which an actor may see a collection c. It is the only
// place beside package access where the rule for reading stands, because a list cannot
// ask row by row; a property test holds the two equal. Its parameters are those of
// viewer.
const visible = `(c.public = 1 AND :open
  OR (:admin OR c.id IN (SELECT collection_id FROM roles WHERE user_id = :user))
     AND (:everywhere OR c.id IN (SELECT value FROM json_each(:only))))`

// viewer gives the parameters of visible. signIn says that this site shows nothing to
// anonymous callers.
func viewer(a model.Actor, signIn bool) []any {
	user, admin := a.UserID, a.Admin
	if !a.Scope.Has(model.ScopeRead) {
		user, admin = 0, false
	}
	only, err := json.Marshal(a.Only)
	if err != nil {
		panic("store: a list of numbers did not marshal: " + err.Error())
	}
	return []any{
		sql.Named("open", !signIn || !a.IsAnonymous()),
		sql.Named("admin", admin),
		sql.Named("user", user),
		sql.Named("everywhere", a.Only == nil),
		sql.Named("only", string(only)),
	}
}
