package model

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// DeletionKind says what was deleted.
type DeletionKind string

// The kinds of deletion.
const (
	// MovedTag: a tag names something else now.
	MovedTag DeletionKind = "move"
	// DeletedTag: a tag is gone, or names nothing for some architecture any more.
	DeletedTag        DeletionKind = "tag"
	DeletedImage      DeletionKind = "image"
	DeletedContainer  DeletionKind = "container"
	DeletedCollection DeletionKind = "collection"
)

// Deletion is something that was deleted, or moved, and can be brought back by its ID.
type Deletion struct {
	ID   int64
	Kind DeletionKind
	// Name is what it was called: "lab/hello:v1", "lab/hello@sha256:<hex>", "lab/hello",
	// "lab".
	Name string
	// Tag is the last part of the name of a tag.
	Tag string
	// Tags are those that named an image that was deleted.
	Tags []string
	// Images are what a tag named before, by their manifests' digests, as far as they are
	// still here.
	Images []digest.Digest
	At     time.Time
	By     string // empty if the registry did it itself, or the account is gone
	// ByFullName is what people call him; empty if he did not say.
	ByFullName string
	// Until is when it goes for good; the sweeper may take a little longer.
	Until time.Time
}

// RestoreResult tells what was brought back.
type RestoreResult struct {
	Name string
	// Tags are those which name an image again that came back.
	Tags []string
	// Taken are those which do not, for they name another one now.
	Taken []string
}
