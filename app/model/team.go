package model

import (
	"time"

	"sregistry/app/ref"
)

// JoinPolicy is how one becomes a member of a team.
type JoinPolicy string

// The policies: by a one-time link of an owner, or by everybody who likes.
const (
	ByInvitation JoinPolicy = "invite"
	Open         JoinPolicy = "open"
)

// Team is a group of users.
type Team struct {
	ID      int64
	Name    string
	Join    JoinPolicy
	Created time.Time
	Members int
	// Member and Owner tell what the asking user is to the team.
	Member, Owner bool
}

// Member is a user in a team. An owner manages the team.
type Member struct {
	User  string
	Owner bool
	Since time.Time
}

// Invitation is a link by which one person may join a team, once. Its secret is known
// only when it is made.
type Invitation struct {
	ID      int64
	Team    string
	By      string
	Created time.Time
	Expires time.Time
}

// TeamCollection is a collection in which a team has a role.
type TeamCollection struct {
	Name   ref.Collection
	Public bool
	// Role is what the team was given there, and so its members; NoRole if nothing.
	Role Role
	// Own says that it is in the team's own namespace, whose owners are the team's.
	Own bool
}
