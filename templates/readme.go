package templates

import (
	"sregistry/app/ref"
	"sregistry/templates/markdown"
)

// EditReadme is the page on which a container's owner writes about it:
// GET /containers/{namespace}/{collection}/{container}?view=edit, and the answer to its
// form where it was to be previewed or could not be kept.
type EditReadme struct {
	Page
	// Container is what is written about.
	Container ref.Container
	// Text is what was written, and Version what it was a change of.
	Text    string
	Version int64
	// Most is how many bytes are allowed.
	Most int
	// Preview shows the text as it will look; empty if that was not asked for.
	Preview markdown.HTML
	// Problem is why it was not kept; empty if it was not tried.
	Problem string
	// Theirs is what another has written meanwhile, if that is the problem.
	Theirs string
}
