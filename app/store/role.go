package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Roles gives the roles that were given in a collection, users before teams.
func (t *Tx) Roles(ctx context.Context, collection int64) ([]model.RoleAssignment, error) {
	return all(ctx, t, "store.Roles", func(row scanner) (model.RoleAssignment, error) {
		var g model.RoleAssignment
		return g, row.Scan(&g.User, &g.Team, &g.Role)
	}, `SELECT n.name, '', g.role FROM collection_users g JOIN users u ON u.id = g.user_id JOIN names n ON n.id = u.name_id
	     WHERE g.collection_id = ?1
	    UNION ALL
	    SELECT '', n.name, g.role FROM collection_teams g JOIN teams t ON t.id = g.team_id JOIN names n ON n.id = t.name_id
	     WHERE g.collection_id = ?1
	     ORDER BY 3 DESC, 1, 2`, collection)
}

// CountRoles counts the roles that were given in a collection.
func (t *Tx) CountRoles(ctx context.Context, collection int64) (int, error) {
	return one(ctx, t, "store.CountRoles", value[int], `SELECT (SELECT count(*) FROM collection_users WHERE collection_id = ?1)
	  + (SELECT count(*) FROM collection_teams WHERE collection_id = ?1)`, collection)
}

// SetRole gives a role in a collection, or with NoRole takes it away. Errors: NotFound
// for the user or team.
func (t *Tx) SetRole(ctx context.Context, collection int64, g model.RoleAssignment) error {
	const op = "store.SetRole"
	table, column, name, kind := "collection_users", "user_id", g.User, userName
	holder := "SELECT u.id FROM users u JOIN names n ON n.id = u.name_id WHERE n.name = ?"
	if g.Team != "" {
		table, column, name, kind = "collection_teams", "team_id", g.Team, teamName
		holder = "SELECT t.id FROM teams t JOIN names n ON n.id = t.name_id WHERE n.name = ?"
	}
	id, err := one(ctx, t, op, value[int64], holder, name)
	if errs.Is(err, errs.NotFound) {
		return errs.E(op, errs.NotFound, "There is no %s %q.", kind, name)
	}
	if err != nil {
		return err
	}
	if g.Role == model.NoRole {
		return t.run(ctx, op, "DELETE FROM "+table+" WHERE collection_id = ? AND "+column+" = ?", collection, id)
	}
	return t.run(ctx, op, "INSERT INTO "+table+" (collection_id, "+column+", role) VALUES (?1, ?2, ?3)"+
		" ON CONFLICT DO UPDATE SET role = ?3", collection, id, g.Role)
}

// Owners counts the enabled users who are owners of a collection in whatever way.
func (t *Tx) Owners(ctx context.Context, collection int64) (int, error) {
	return one(ctx, t, "store.Owners", value[int], `SELECT count(DISTINCT r.user_id) FROM roles r JOIN users u ON u.id = r.user_id
	  WHERE r.collection_id = ? AND r.role = 2 AND u.disabled = 0`, collection)
}

// roleOf is the role that the user ?1 has in the collection c, 0 for none. It says of one
// collection what the view roles says of all. Asking the view costs more with every role that
// the user has, and every pull asks.
const roleOf = `max(
	         coalesce((SELECT u.role FROM collection_users u WHERE u.collection_id = c.id AND u.user_id = ?1), 0),
	         coalesce((SELECT max(t.role) FROM collection_teams t JOIN team_members m ON m.team_id = t.team_id
	                    WHERE t.collection_id = c.id AND m.user_id = ?1), 0),
	         2 * EXISTS (SELECT 1 FROM users u WHERE u.id = ?1 AND u.name_id = c.namespace_id),
	         2 * EXISTS (SELECT 1 FROM teams t JOIN team_members m ON m.team_id = t.id
	                      WHERE t.name_id = c.namespace_id AND m.user_id = ?1 AND m.owner = 1))`
