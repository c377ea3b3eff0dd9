package model

import (
	"math"

	"sregistry/app/ref"
)

// Usage is how much storage a namespace or a collection uses, in bytes: each blob counts
// once, whichever of its containers hold it, and until it is gone for good.
type Usage struct {
	// Name is "alice" for a namespace, "lab", "alice/tools" or "alice/default" for a
	// collection.
	Name string
	Used int64
	// Metadata is the part of Used that is not content, but rows: manifests, tags, READMEs.
	Metadata int64
	// Reserved is kept free for uploads under way.
	Reserved int64
	// Quota is how much Used and Reserved may be together; 0 is no limit.
	Quota int64
	// Default says that the quota is not its own, but what the settings say of every user.
	Default bool
}

// Remaining gives how many bytes more there may be.
func (u Usage) Remaining() int64 {
	if u.Quota == 0 {
		return math.MaxInt64
	}
	return max(0, u.Quota-u.Used-u.Reserved)
}

// Ratio gives how much of the quota is taken: 1 is all of it, and it may be more if the
// quota was set below what was there. Where there is no limit it is 0.
func (u Usage) Ratio() float64 {
	if u.Quota == 0 {
		return 0
	}
	return (float64(u.Used) + float64(u.Reserved)) / float64(u.Quota)
}

// QuotaKind says what a quota is about.
type QuotaKind string

// The kinds of what may have a quota.
const (
	UserQuota       QuotaKind = "user"
	TeamQuota       QuotaKind = "team"
	LibraryQuota    QuotaKind = "library" // the registry's own namespace
	OrphanQuota     QuotaKind = "orphan"  // what a user left whose account is gone
	CollectionQuota QuotaKind = "collection"
)

// Quota is a limit that holds, with what is taken of it.
type Quota struct {
	Usage
	Kind       QuotaKind
	Collection ref.Collection // zero for a namespace
}

// QuotaOrder is an order of quotas.
type QuotaOrder string

// The orders: what is the fullest comes first, or what comes first by name.
const (
	Fullest      QuotaOrder = "fullest"
	QuotasByName QuotaOrder = "name"
)
