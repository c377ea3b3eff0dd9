package model

import (
	"github.com/opencontainers/go-digest"

	"sregistry/app/ref"
)

// Order is how a list of containers is sorted.
type Order string

// The orders. All but the first begin with the greatest.
const (
	ByName  Order = "name"
	Newest  Order = "newest" // by the last push
	Pulled  Order = "pulled"
	Starred Order = "starred"
)

// Kind is what a search has found.
type Kind string

// The kinds of things that are found.
const (
	KindContainer  Kind = "containers"
	KindCollection Kind = "collections"
	KindTag        Kind = "tags"
	KindLabel      Kind = "labels"
	KindDefinition Kind = "definitions"
)

// FoundTag is a tag that a search has found.
type FoundTag struct {
	Container ref.Container
	Tag       string
}

// ListedTag is a tag in a list that tells no more of what it names than how to pull it.
type ListedTag struct {
	FoundTag
	// Frozen is the digest by which people know what a frozen tag names, for the first of
	// its architectures; empty for a tag that may move.
	Frozen digest.Digest
}

// LabelCount is a label, or a key with any value if Value is empty, and how many images
// that somebody may see bear it.
type LabelCount struct {
	Key, Value string
	Images     int64
}

// FoundDefinition is an image in whose definition file something was found.
type FoundDefinition struct {
	FoundTag
	Text string // of the definition file
}
