package store

import (
	"context"

	"sregistry/app/ref"
)

// soleOwner is the condition that of the owners of a collection c who can sign in, ?1 is
// the only one.
const soleOwner = `EXISTS (SELECT 1 FROM roles r WHERE r.collection_id = c.id AND r.user_id = ?1 AND r.role = 2)
  AND NOT EXISTS (SELECT 1 FROM roles r JOIN users u ON u.id = r.user_id
                   WHERE r.collection_id = c.id AND r.role = 2 AND r.user_id <> ?1 AND u.disabled = 0)`

// SolelyOwnedCollections gives the collections that a user alone owns, by full name, but for
// default collections with nothing in them; at most limit.
func (t *Tx) SolelyOwnedCollections(ctx context.Context, user int64, limit int) ([]ref.Collection, error) {
	return all(ctx, t, "store.SolelyOwnedCollections", scanCollectionName, `SELECT n.name, c.name FROM collections c JOIN names n ON n.id = c.namespace_id
	  WHERE c.id IN (SELECT collection_id FROM roles WHERE user_id = ?1 AND role = 2) AND c.deleted_at = 0 AND `+soleOwner+" AND "+shown+`
	  ORDER BY n.name, c.name LIMIT ?2`, user, limit)
}

// SolelyOwnedTeams gives the names of the teams of which a user is the only owner who can sign
// in; at most limit.
func (t *Tx) SolelyOwnedTeams(ctx context.Context, user int64, limit int) ([]string, error) {
	return all(ctx, t, "store.SolelyOwnedTeams", value[string], `SELECT n.name FROM team_members m
	   JOIN teams t ON t.id = m.team_id JOIN names n ON n.id = t.name_id
	  WHERE m.user_id = ?1 AND m.owner = 1
	    AND NOT EXISTS (SELECT 1 FROM team_members o JOIN users u ON u.id = o.user_id
	                     WHERE o.team_id = m.team_id AND o.owner = 1 AND o.user_id <> ?1 AND u.disabled = 0)
	  ORDER BY n.name LIMIT ?2`, user, limit)
}

// DeleteUser removes an account. What it pushed stays. Its name stays taken while there
// are collections in its namespace, so that nobody else can put images where people trust
// it; otherwise it is free again.
func (t *Tx) DeleteUser(ctx context.Context, user int64) error {
	const op = "store.DeleteUser"
	namespace, err := one(ctx, t, op, value[int64], "DELETE FROM users WHERE id = ? RETURNING name_id", user)
	if err != nil {
		return err
	}
	if _, err := t.dropCollections(ctx, `namespace_id = ? AND name = 'default'
	  AND NOT EXISTS (SELECT 1 FROM containers k WHERE k.collection_id = collections.id)`, namespace); err != nil {
		return err
	}
	return t.run(ctx, op, "DELETE FROM names WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM collections WHERE namespace_id = ?1)", namespace)
}
