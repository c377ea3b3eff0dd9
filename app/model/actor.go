// Package model holds the nouns of Sregistry as plain values: who acts, what is kept,
// and who may do what. It does no I/O, decides nothing, and knows neither the database
// nor any protocol. One file per noun.
package model

import "slices"

// Scope is what a credential may be used for, whatever its owner may do. A token's scope
// only ever narrows.
type Scope uint8

// The scopes. A login at the web site or with the password has all of them.
const (
	// ScopeRead is to see and pull.
	ScopeRead Scope = 1 << iota
	// ScopeWrite is to push, tag, freeze and thaw, and to create collections.
	ScopeWrite
	// ScopeDelete is to delete images and tags.
	ScopeDelete
	// ScopeManage is to change visibility, roles, links, teams and tokens, and to delete collections.
	ScopeManage

	// ScopeAll is everything that the owner of the credential may do.
	ScopeAll = ScopeRead | ScopeWrite | ScopeDelete | ScopeManage
)

// Has reports whether all of want is in the scope.
func (s Scope) Has(want Scope) bool { return s&want == want }

// scopeNames are the words for the scopes, in the order in which they are told.
var scopeNames = []struct {
	scope Scope
	name  string
}{{ScopeRead, "read"}, {ScopeWrite, "write"}, {ScopeDelete, "delete"}, {ScopeManage, "manage"}}

// Names gives the words for what is in the scope; never nil.
func (s Scope) Names() []string {
	names := []string{}
	for _, n := range scopeNames {
		if s.Has(n.scope) {
			names = append(names, n.name)
		}
	}
	return names
}

// ParseScope gives the scope of one word; ok is false for a word that names none.
func ParseScope(name string) (scope Scope, ok bool) {
	for _, n := range scopeNames {
		if n.name == name {
			return n.scope, true
		}
	}
	return 0, false
}

// Credential is how somebody showed who he is. It is for logs and for rules about
// sessions; permission depends on the scope.
type Credential string

// The credentials.
const (
	NoCredential Credential = ""
	BySession    Credential = "session"
	ByPassword   Credential = "password"
	ByToken      Credential = "token"
	ByHMAC       Credential = "hmac"   // the hub clients' signature
	ByTicket     Credential = "ticket" // a short-lived address that the registry signed itself
	ByPass       Credential = "pass"   // a short-lived token for which another credential was changed; nobody in particular may have one
	ByConsole    Credential = "console"
	ByRetention  Credential = "retention" // the registry itself, by the rules of a collection
)

// Actor is somebody who asks for something: a user with a credential, or nobody in
// particular. Identity makes it, every use case takes it as an argument, access decides
// on it. The zero value is anonymous.
type Actor struct {
	UserID int64  // 0 for anonymous
	Name   string // the user's name
	Admin  bool   // runs the registry
	Via    Credential
	Token  string // the id of the token used, if one was
	Scope  Scope
	// Only narrows the actor to these collections, by id; nil is all of them.
	Only []int64
	// TokenName is what the token's owner called it.
	TokenName string
	// Source and Request tell of the request by which the actor asks: the address that it
	// came from, and its id. They are for the record only.
	Source, Request string
}

// Anonymous is the actor who showed no credential.
var Anonymous = Actor{}

// Console is the administrator at the server's own machine.
var Console = Actor{Name: "console", Admin: true, Via: ByConsole, Scope: ScopeAll}

// RetentionActor is the registry itself, which deletes by the rules of collections.
var RetentionActor = Actor{Admin: true, Via: ByRetention, Scope: ScopeAll}

// IsAnonymous reports whether the actor showed no credential.
func (a Actor) IsAnonymous() bool { return a.UserID == 0 && !a.Admin }

// Covers reports whether the actor's credential covers a collection.
func (a Actor) Covers(collection int64) bool {
	return a.Only == nil || slices.Contains(a.Only, collection)
}
