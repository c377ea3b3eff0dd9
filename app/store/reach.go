package store

import (
	"context"
	"database/sql"
	"strings"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// OwnedCollections gives the collections in which a user is an owner in whatever way, the
// last changed first, at most limit.
func (t *Tx) OwnedCollections(ctx context.Context, user int64, limit int) ([]ref.Collection, error) {
	return all(ctx, t, "store.OwnedCollections", scanCollectionName, `SELECT n.name, c.name
	  FROM collections c JOIN names n ON n.id = c.namespace_id
	 WHERE c.id IN (SELECT collection_id FROM roles WHERE user_id = ? AND role = 2) AND c.deleted_at = 0 AND `+shown+`
	 ORDER BY c.updated_at DESC, c.id DESC LIMIT ?`, user, limit)
}

func scanCollectionName(row scanner) (ref.Collection, error) {
	var c ref.Collection
	return c, row.Scan(&c.Namespace, &c.Name)
}

// OwnedTeams gives the names of the teams that a user owns, at most limit.
func (t *Tx) OwnedTeams(ctx context.Context, user int64, limit int) ([]string, error) {
	return all(ctx, t, "store.OwnedTeams", value[string], `SELECT n.name
	  FROM team_members m JOIN teams t ON t.id = m.team_id JOIN names n ON n.id = t.name_id
	 WHERE m.user_id = ? AND m.owner = 1 ORDER BY n.name LIMIT ?`, user, limit)
}

// KnownUsers gives, by name, the users whom a user meets anyway, at most limit: those who
// are in a team with him, and those who were given a role in a collection that he owns. He
// himself is not among them, nor is anybody whose account is disabled.
func (t *Tx) KnownUsers(ctx context.Context, user int64, limit int) ([]string, error) {
	return all(ctx, t, "store.KnownUsers", value[string], `WITH met (id) AS (
	    SELECT m.user_id FROM team_members m WHERE m.team_id IN (SELECT team_id FROM team_members WHERE user_id = ?1)
	    UNION
	    SELECT g.user_id FROM collection_users g
	     WHERE g.collection_id IN (SELECT collection_id FROM roles WHERE user_id = ?1 AND role = 2))
	  SELECT n.name FROM met JOIN users u ON u.id = met.id JOIN names n ON n.id = u.name_id
	   WHERE u.id <> ?1 AND u.disabled = 0 ORDER BY n.name LIMIT ?2`, user, limit)
}

// TeamCollections gives the collections in which a team has a role and an actor may see, by full
// name, one more than the page holds: those in which it was given a role, and those in its
// own namespace, which are its owners'.
func (t *Tx) TeamCollections(ctx context.Context, actor model.Actor, signIn bool, team int64, p model.Page) ([]model.TeamCollection, error) {
	args, err := t.viewer(ctx, actor, signIn)
	if err != nil {
		return nil, err
	}
	namespace, name, _ := strings.Cut(p.After, "/")
	return all(ctx, t, "store.TeamCollections", func(row scanner) (model.TeamCollection, error) {
		var c model.TeamCollection
		return c, row.Scan(&c.Name.Namespace, &c.Name.Name, &c.Public, &c.Role, &c.Own)
	}, `SELECT n.name, c.name, c.public, coalesce(g.role, 0), c.namespace_id = t.name_id
	  FROM teams t JOIN collections c JOIN names n ON n.id = c.namespace_id
	  LEFT JOIN collection_teams g ON g.team_id = t.id AND g.collection_id = c.id
	 WHERE t.id = :team AND (n.name, c.name) > (:afterNamespace, :afterName) AND `+visible+`
	   AND c.id IN (SELECT collection_id FROM collection_teams WHERE team_id = :team
	                UNION SELECT d.id FROM collections d JOIN teams o ON o.name_id = d.namespace_id WHERE o.id = :team)
	   AND `+shown+`
	 ORDER BY n.name, c.name LIMIT :limit`,
		append(args, sql.Named("team", team), sql.Named("afterNamespace", namespace), sql.Named("afterName", name),
			sql.Named("limit", p.Size()+1))...)
}

// UserRoles gives the collections in which a user has a role in whatever way, by name, one
// more than the page holds.
func (t *Tx) UserRoles(ctx context.Context, user int64, p model.Page) ([]model.UserRole, error) {
	return all(ctx, t, "store.UserRoles", func(row scanner) (model.UserRole, error) {
		var r model.UserRole
		return r, row.Scan(&r.Collection, &r.Public, &r.Role)
	}, `SELECT n.name || '/' || c.name AS full, c.public, max(r.role)
	      FROM roles r JOIN collections c ON c.id = r.collection_id JOIN names n ON n.id = c.namespace_id
	     WHERE r.user_id = ?1 AND c.deleted_at = 0 GROUP BY c.id HAVING full > ?2 ORDER BY full LIMIT ?3`, user, p.After, p.Size()+1)
}
