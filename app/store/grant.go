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
