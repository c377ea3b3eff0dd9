package model

import (
	"time"

	"sregistry/app/ref"
)

// Role is what somebody is to a collection. Roles are ordered: a greater one includes
// the smaller.
type Role uint8

// The roles.
const (
	NoRole Role = iota
	// Contributor may read a private collection.
	Contributor
	// Owner may read, write and manage it.
	Owner
)

// String is the role's name; "" for NoRole.
func (r Role) String() string {
	switch r {
	case Contributor:
		return "contributor"
	case Owner:
		return "owner"
	}
	return ""
}

// ParseRole is the inverse of String; ok is false for a word that names no role.
func ParseRole(s string) (role Role, ok bool) {
	switch s {
	case "contributor":
		return Contributor, true
	case "owner":
		return Owner, true
	}
	return NoRole, false
}

// Collection is a set of containers sharing the same permissions.
type Collection struct {
	ID          int64
	Name        ref.Collection
	Public      bool
	Description string
	Created     time.Time
	Updated     time.Time // the last push, or change of settings
	Containers  int
	// Role is the asking actor's, as far as roles were given to him or his teams.
	Role Role
	// TrustedKeys are the keys one of which has to have signed an image that is pushed here;
	// none if signatures are not asked for.
	TrustedKeys []string
}

// RoleAssignment is a role that a user or a whole team was given in a collection; one of User and
// Team is set.
type RoleAssignment struct {
	User string
	Team string
	Role Role
}
