package model

import (
	"slices"
	"strings"
)

// actions are the words of all that can happen.
var actions = []string{
	Pushed, TagSet, TagDeleted, TagFrozen, TagThawed, ImageDeleted, BlobDeleted, BlobCorrupted,
	ContainerCreated, ContainerFrozen, ContainerThawed, ContainerDeleted, ReadmeChanged,
	CollectionCreated, CollectionChanged, CollectionDeleted, RoleSet, RoleRemoved, ShareCreated, ShareRemoved,
	TeamCreated, TeamChanged, TeamDeleted, InvitationCreated, InvitationRemoved, MemberJoined, MemberLeft, MemberSet, MemberRemoved,
	KeyAdded, KeyRemoved, Restored, Purged, QuotaSet, Swept, Resumed,
	UserCreated, UserEnabled, UserDisabled, UserAdmin, UserPassword, UserPasswordLink, UserRenamed, UserDeleted,
	SettingChanged, UploadCanceled, TokenCreated, TokenRevoked, SignedIn, SignedOut,
	WebhookCreated, WebhookDeleted, WebhookRedelivered, WebhookTested,
}

// IsAction tells whether a word is that of something that can happen, or of several such:
// what is before their dot.
func IsAction(word string) bool {
	return slices.ContainsFunc(actions, func(a string) bool { return a == word || kindOf(a) == word })
}

// ActionKinds gives the words before the dots, each once.
func ActionKinds() []string {
	kinds := make([]string, 0, len(actions))
	for _, a := range actions {
		kinds = append(kinds, kindOf(a))
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func kindOf(action string) string {
	kind, _, _ := strings.Cut(action, ".")
	return kind
}
