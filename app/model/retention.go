package model

import "time"

// RetentionRule says which tags of a collection go by themselves: those that match its
// pattern, unless it keeps them. A tag that matches several rules stays if one of them
// keeps it, and one that matches none stays. A rule has to keep something.
type RetentionRule struct {
	// Tags is a pattern of whole names of tags: "*" stands for any letters, "?" for one,
	// "[0-9]" for one of these; "*" alone is all tags.
	Tags string
	// Last is how many tags of each container are kept, those that were moved last.
	Last int
	// Newer keeps what was pushed or moved within this time.
	Newer time.Duration
	// Pulled keeps what was pulled within this time.
	Pulled time.Duration
}

// ExpiringTag is a tag that goes by a collection's rules.
type ExpiringTag struct {
	Container string // "lab/hello"
	Tag       string
	Updated   time.Time // when it was pushed or moved
	Pulled    time.Time // zero is never
	Size      int64     // of its images; what other tags name too does not get free
}
