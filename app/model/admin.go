package model

import "time"

// StorageUsage is what a namespace, a collection or a container takes up. A blob that several
// hold counts for each of them, though it is kept once.
type StorageUsage struct {
	Name   string // full: "library", "library/lab", "library/lab/hello"
	Images int
	Bytes  int64
	// HasQuota says that it can have a quota, and Quota how much it may take up; 0 is no
	// limit.
	HasQuota bool
	Quota    int64
}

// Sample is what the registry held on a day.
type Sample struct {
	Day                               time.Time
	Bytes                             int64
	Blobs, Images, Collections, Users int
}

// OpenUpload is an upload under way, as whoever runs the registry sees it.
type OpenUpload struct {
	ID        string
	Container string // full name; it may not exist yet
	User      string
	// UserFullName is what people call him; empty if he did not say.
	UserFullName string
	Bytes        int64 // that have come
	Begun        time.Time
	Touched      time.Time // when bytes last came
	Active       bool      // somebody sends just now
}

// CleanupDay is what will be removed on a day, unless it is brought back or tagged again.
type CleanupDay struct {
	Day    time.Time // zero for what the next sweep removes
	Images int
	Bytes  int64 // of these images; what others share of them stays
}

// UserRole is a collection in which somebody has a role.
type UserRole struct {
	Collection string // full name
	Public     bool
	Role       Role
}
