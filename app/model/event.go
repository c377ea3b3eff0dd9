package model

import "time"

// What can happen. The words stand in the log, in filters and in what webhooks are told;
// those of one kind of thing begin alike. A try that was denied has the word of what was
// asked for instead, such as "read" or "push".
const (
	Pushed            = "push"
	TagSet            = "tag.set"
	TagDeleted        = "tag.delete"
	TagFrozen         = "tag.freeze"
	TagThawed         = "tag.thaw"
	ImageDeleted      = "image.delete"
	BlobDeleted       = "blob.delete"
	BlobCorrupted     = "blob.damage"
	ContainerCreated  = "container.create"
	ContainerFrozen   = "container.freeze"
	ContainerThawed   = "container.thaw"
	ContainerDeleted  = "container.delete"
	ReadmeChanged     = "container.describe"
	CollectionCreated = "collection.create"
	CollectionChanged = "collection.change"
	CollectionDeleted = "collection.delete"
	RoleSet           = "grant.set"
	RoleRemoved       = "grant.remove"
	ShareCreated      = "share.create"
	ShareRemoved      = "share.remove"
	TeamCreated       = "team.create"
	TeamChanged       = "team.change"
	TeamDeleted       = "team.delete"
	InvitationCreated = "team.invite"
	InvitationRemoved = "team.uninvite"
	MemberJoined      = "team.join"
	MemberLeft        = "team.leave"
	MemberSet         = "team.member"
	MemberRemoved     = "team.remove"
	KeyAdded          = "key.add"
	KeyRemoved        = "key.remove"
	Restored          = "undelete"
	Purged            = "purge"
	QuotaSet          = "quota.set"
	Swept             = "sweep"
	Resumed           = "maintenance.resume"
	UserCreated       = "user.create"
	UserEnabled       = "user.enable"
	UserDisabled      = "user.disable"
	UserAdmin         = "user.admin"
	UserPassword      = "user.password"
	UserPasswordLink  = "user.password-link"
	UserRenamed       = "user.name"
	UserDeleted       = "user.delete"
	SettingChanged    = "setting.change"
	UploadCanceled    = "upload.cancel"
	TokenCreated      = "token.create"
	TokenRevoked      = "token.revoke"
	SignedIn          = "session.start"
	SignedOut         = "session.end"
	DeniedSignIn      = "sign-in"
)

// Event is something that was done, or that somebody was kept from doing. It holds no
// secrets.
type Event struct {
	ID     int64
	At     time.Time
	Action string
	// Target is the full name of what it was done to: "library/lab/hello:latest", or the
	// name of a user or team.
	Target string
	// Collection is the id of the collection that it is about; 0 for none.
	Collection int64
	// ActorID is 0 for anonymous, for the console, and for the registry itself, which has no
	// name either.
	ActorID int64
	Actor   string
	// ActorFullName is what people call him today; empty if he did not say, if his account is
	// gone, and where the call does not say so.
	ActorFullName string
	Via           Credential
	Token         string // the id of the token used, if one was
	TokenName     string
	Source        string // the address that the request came from
	Request       string // its id, by which the log knows it too
	Denied        bool
	// Count is how often it happened, up to At: like denials in a short time are one event.
	Count   int
	Details map[string]string
}

// Did makes an event of what an actor did to a target. The details are names and values by
// turns; what is empty is left out.
func (a Actor) Did(action, target string, details ...string) Event {
	e := Event{Action: action, Target: target, ActorID: a.UserID, Actor: a.Name, Via: a.Via, Token: a.Token, TokenName: a.TokenName,
		Source: a.Source, Request: a.Request, Count: 1}
	for at := 0; at+1 < len(details); at += 2 {
		if details[at+1] == "" {
			continue
		}
		if e.Details == nil {
			e.Details = map[string]string{}
		}
		e.Details[details[at]] = details[at+1]
	}
	return e
}

// In gives the event as one that is about a collection, whose owners may then see it.
func (e Event) In(collection int64) Event {
	e.Collection = collection
	return e
}
