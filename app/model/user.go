package model

import "time"

// UserKind tells a person from a robot.
type UserKind string

// The kinds of user. A robot has tokens only and never signs in.
const (
	Person UserKind = "person"
	Robot  UserKind = "robot"
)

// User is an account.
type User struct {
	ID       int64
	Name     string
	Kind     UserKind
	Admin    bool
	Disabled bool
	Created  time.Time
	// FullName is what people call him; empty if he did not say.
	FullName string
}

// Token is what a user may know of one of his tokens later on: everything but the secret.
type Token struct {
	ID          string
	UserID      int64
	Name        string
	Scope       Scope
	Collections []string // the names of the collections it is narrowed to; nil is all
	Created     time.Time
	Expires     time.Time // zero is never
	LastUsed    time.Time // zero is not yet; to the minute
}

// Session is one of a person's browser logins.
type Session struct {
	ID        string
	UserID    int64
	Created   time.Time
	LastSeen  time.Time
	Expires   time.Time
	Source    string // the address it was last used from
	UserAgent string
}
