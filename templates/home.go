package templates

import (
	"strings"

	"sregistry/app/model"
)

// Home is the front page: what this registry is, how to begin, and what the viewer may
// see.
type Home struct {
	Page
	// Address is where clients reach the registry: "https://hub.example.org".
	Address string
	// Welcome is what the registry's settings say of it, in paragraphs; it may be empty.
	Welcome string
	// Collections are those the viewer may see, in the order to show.
	Collections []model.Collection
	// New says that there is no account yet, so that nobody can sign in.
	New bool
	// More is the address of the list's next part; empty at its end.
	More string
	// Later says that this is a later part of the list, which is shown alone.
	Later bool
	// Sections are lists of containers; those without any are left out.
	Sections []HomeSection
	// Counts are of what the viewer may see.
	Counts HomeCounts
	// Arches and Labels are what there is to browse by.
	Arches []string
	Labels []model.LabelCount
}

// HomeSection is a short list of containers, which leads to the whole of it.
type HomeSection struct {
	Title      string
	All        SearchQuery
	Containers []model.Container
}

// HomeCounts are of what the viewer may see.
type HomeCounts struct{ Collections, Containers int }

// welcome are the paragraphs that say what the registry is.
func (p Home) welcome() []string {
	var paragraphs []string
	for text := range strings.SplitSeq(strings.ReplaceAll(p.Welcome, "\r\n", "\n"), "\n\n") {
		if text = strings.TrimSpace(text); text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	if len(paragraphs) == 0 {
		return []string{"A registry for Singularity and Apptainer images. Push an image once and pull it with any client."}
	}
	return paragraphs
}

// begin are the first command lines of a newcomer.
func (p Home) begin() []Command {
	return []Command{
		{"Log in", "sregistry login " + p.Address},
		{"Push an image", "sregistry push --name lab/hello --tag latest hello.sif"},
		{"Pull it on another machine", "sregistry pull lab/hello:latest"},
	}
}
