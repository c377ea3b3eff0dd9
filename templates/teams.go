package templates

import (
	"sregistry/app/model"
)

// Teams lists the viewer's teams, and those that he may join: GET /teams. Each list has a
// cursor of its own, mine and open.
type Teams struct {
	Page
	// Mine are the viewer's, Open those that he may join.
	Mine, Open []model.Team
	// MoreMine and MoreOpen are the addresses of the lists' next parts; empty at the end.
	MoreMine, MoreOpen string
}

// TeamNew is the form for a team: GET /teams/new. It is sent to POST /teams with the
// fields name and join.
type TeamNew struct {
	Page
	Name string
	Join model.JoinPolicy
	// Problems are about name, or the whole.
	Problems Problems
}

// Team is the page of one team: GET /teams/{name}. Its forms are POSTs below that
// address: join, leave, members (fields user and role), invitations (life),
// invitations/{id}/revoke, policy (join), delete (name).
type Team struct {
	Page
	Team model.Team
	// Members are shown to members and administrators only.
	Members     []model.Member
	MoreMembers string
	// Collections are those that the team reaches and the viewer may see.
	Collections     []model.TeamCollection
	MoreCollections string
	// Manage says that the viewer may manage the team, and so sees Invitations.
	Manage      bool
	Invitations []model.Invitation
	// Usage is the room that its namespace takes up; nil for who may not know. Limit is where
	// that is limited; empty for who may not.
	Usage *model.Usage
	Limit string
	// Problems are about the form delete, or the whole.
	Problems Problems
}

// TeamInvited shows the link of a new invitation, this once: the answer to POST
// /teams/{name}/invitations.
type TeamInvited struct {
	Page
	Invitation model.Invitation
	// Link is the whole address.
	Link string
}

// TeamPath is the path of a team's page.
func TeamPath(name string) string { return "/teams/" + name }

// InvitationLives are the choices of how long an invitation is good, in hours.
var InvitationLives = []Life{{"24", "1 day"}, {"168", "7 days"}, {"720", "30 days"}}

// Life is one choice of how long a link is good.
type Life struct{ Value, Text string }

// standing is what the viewer is to a team.
func standing(t model.Team) string {
	switch {
	case t.Owner:
		return "owner"
	case t.Member:
		return "member"
	}
	return ""
}

// reachWords say what a team is to a collection that it reaches.
func reachWords(c model.TeamCollection) string {
	switch {
	case c.Own && c.Role == model.NoRole:
		return "team collection: team owners manage it"
	case c.Role == model.Owner:
		return "owner: members pull, push and manage"
	}
	return "contributor: members pull"
}
