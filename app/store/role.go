package store

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
