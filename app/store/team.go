package store

import (
	"context"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// teamColumns are the columns of a team t with the name n; what a user is to it is told of
// the user ?1.
const teamColumns = `t.id, n.name, t.join_policy, t.created_at, (SELECT count(*) FROM team_members m WHERE m.team_id = t.id),
  coalesce((SELECT 1 + m.owner FROM team_members m WHERE m.team_id = t.id AND m.user_id = ?1), 0)
  FROM teams t JOIN names n ON n.id = t.name_id`

func scanTeam(row scanner) (model.Team, error) {
	var g model.Team
	var created int64
	var standing int // 0 none, 1 member, 2 owner
	err := row.Scan(&g.ID, &g.Name, &g.Join, &created, &g.Members, &standing)
	g.Created, g.Member, g.Owner = fromUnix(created), standing > 0, standing > 1
	return g, err
}

// Team finds a team by its name, with what a user is to it. Errors: NotFound.
func (t *Tx) Team(ctx context.Context, name string, user int64) (model.Team, error) {
	const op = "store.Team"
	g, err := one(ctx, t, op, scanTeam, "SELECT "+teamColumns+" WHERE n.name = ?2", user, name)
	if errs.Is(err, errs.NotFound) {
		return model.Team{}, errs.E(op, errs.NotFound, "There is no team %q.", name)
	}
	return g, err
}

// TeamChoice says which teams a list is to have.
type TeamChoice string

// The choices: all teams, those that the user is in, and those that he may join.
const (
	AllTeams  TeamChoice = "1"
	MyTeams   TeamChoice = "EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = t.id AND m.user_id = ?1)"
	OpenTeams TeamChoice = "t.join_policy = 'open' AND NOT " + MyTeams
)

// Teams gives teams by name, one more than the page holds.
func (t *Tx) Teams(ctx context.Context, user int64, which TeamChoice, p model.Page) ([]model.Team, error) {
	return all(ctx, t, "store.Teams", scanTeam, "SELECT "+teamColumns+" WHERE n.name > ?2 AND "+string(which)+" ORDER BY n.name LIMIT ?3",
		user, p.After, p.Size()+1)
}

// SetJoinPolicy sets how one becomes a member of a team.
func (t *Tx) SetJoinPolicy(ctx context.Context, team int64, join model.JoinPolicy) error {
	return t.run(ctx, "store.SetJoinPolicy", "UPDATE teams SET join_policy = ? WHERE id = ?", join, team)
}

// AddTeam makes a team with its namespace and its first owner. Errors: Conflict.
func (t *Tx) AddTeam(ctx context.Context, name string, join model.JoinPolicy, owner int64) error {
	const op = "store.AddTeam"
	n, err := t.addNamespace(ctx, name, teamName)
	if err != nil {
		return err
	}
	id, err := one(ctx, t, op, value[int64], "INSERT INTO teams (name_id, join_policy, created_at) VALUES (?, ?, ?) RETURNING id",
		n, join, unix(t.Now))
	if err != nil || owner == 0 {
		return err
	}
	return t.run(ctx, op, "INSERT INTO team_members (team_id, user_id, owner, since) VALUES (?, ?, 1, ?)", id, owner, unix(t.Now))
}

// DeleteTeam removes a team and its namespace, which must be empty but for the default
// collection. Errors: Conflict if there are collections with content.
func (t *Tx) DeleteTeam(ctx context.Context, name string) error {
	const op = "store.DeleteTeam"
	full, err := one(ctx, t, op, value[bool], `SELECT EXISTS (SELECT 1 FROM names n JOIN collections c ON c.namespace_id = n.id
	  WHERE n.name = ?1 AND c.deleted_at = 0 AND `+shown+")", name)
	if err != nil {
		return err
	}
	if full {
		return errs.E(op, errs.Conflict, "The team %q still has collections of its own; delete them first.", name)
	}
	if _, err := t.dropCollections(ctx, "namespace_id = (SELECT id FROM names WHERE name = ?)", name); err != nil {
		return err
	}
	for _, text := range []string{
		"DELETE FROM teams WHERE name_id = (SELECT id FROM names WHERE name = ?)",
		"DELETE FROM names WHERE name = ?",
	} {
		if err := t.run(ctx, op, text, name); err != nil {
			return err
		}
	}
	return nil
}

// Members gives those of a team by name, one more than the page holds.
func (t *Tx) Members(ctx context.Context, team int64, p model.Page) ([]model.Member, error) {
	return all(ctx, t, "store.Members", func(row scanner) (model.Member, error) {
		var m model.Member
		var since int64
		err := row.Scan(&m.User, &m.Owner, &since)
		m.Since = fromUnix(since)
		return m, err
	}, `SELECT n.name, m.owner, m.since FROM team_members m JOIN users u ON u.id = m.user_id JOIN names n ON n.id = u.name_id
	  WHERE m.team_id = ? AND n.name > ? ORDER BY n.name LIMIT ?`, team, p.After, p.Size()+1)
}

// Membership tells what a user is to a team.
type Membership struct{ Member, Owner bool }

// MembershipOf tells what a user is to a team.
func (t *Tx) MembershipOf(ctx context.Context, team, user int64) (Membership, error) {
	m, err := one(ctx, t, "store.MembershipOf", func(row scanner) (Membership, error) {
		m := Membership{Member: true}
		return m, row.Scan(&m.Owner)
	}, "SELECT owner FROM team_members WHERE team_id = ? AND user_id = ?", team, user)
	if errs.Is(err, errs.NotFound) {
		return Membership{}, nil
	}
	return m, err
}

// SetMember adds a user to a team, or changes whether he is an owner.
func (t *Tx) SetMember(ctx context.Context, team, user int64, owner bool) error {
	return t.run(ctx, "store.SetMember", `INSERT INTO team_members (team_id, user_id, owner, since) VALUES (?1, ?2, ?3, ?4)
	  ON CONFLICT DO UPDATE SET owner = ?3`, team, user, owner, unix(t.Now))
}

// RemoveMember takes a user out of a team.
func (t *Tx) RemoveMember(ctx context.Context, team, user int64) error {
	return t.run(ctx, "store.RemoveMember", "DELETE FROM team_members WHERE team_id = ? AND user_id = ?", team, user)
}

// TeamOwners counts the owners of a team.
func (t *Tx) TeamOwners(ctx context.Context, team int64) (int, error) {
	return one(ctx, t, "store.TeamOwners", value[int], "SELECT count(*) FROM team_members WHERE team_id = ? AND owner = 1", team)
}
