package templates

import (
	"strings"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// Image is the page of one image, whose address a push prints:
// GET /containers/{namespace}/{collection}/{container}:{tag}.
type Image struct {
	Page
	// Image is what is shown, with the tag it was asked by and all its Tags.
	Image model.Image
	// Public is the collection's visibility.
	Public bool
	// Pulls are the ways to pull it, the best first.
	Pulls []Command
	// Labels are those its maker wrote into it, in the order to show.
	Labels []model.Label
	// What is inside an image file; empty where the file has no such thing.
	Definition  string // the definition file it was built from
	Runscript   string
	Help        string
	Environment string
	// Contents is what an OCI image is made of, and what is attached to any image.
	Contents model.Contents
}

// Command is a line to type, and what it is for.
type Command struct {
	Title string // "Apptainer"
	Line  string // "apptainer pull library://lab/hello:latest"
}

// title is the image's short name with its suffix.
func (p Image) title() string { return p.Image.Container.String() + p.suffix() }

// suffix is the tag that the image was asked by, or else its shortened digest, written as
// it follows the name.
func (p Image) suffix() string {
	if p.Image.Tag != "" {
		return ":" + p.Image.Tag
	}
	return "@" + shorten(string(p.digest()))
}

// otherTags are the names that the image has besides the one it was asked by.
func (p Image) otherTags() []string {
	var others []string
	for _, tag := range p.Image.Tags {
		if tag != p.Image.Tag {
			others = append(others, tag)
		}
	}
	return others
}

// shorten keeps as much of a digest as tells images apart at sight: "sha256:" and twelve
// digits.
func shorten(text string) string {
	algorithm, sum, ok := strings.Cut(text, ":")
	if !ok || len(sum) <= 12 {
		return text
	}
	return algorithm + ":" + sum[:12] + "…"
}

// dotted writes a digest as it stands in the address of an image's page.
func dotted(d digest.Digest) string { return ref.Dotted(d) }

// digest is the one that people know the image by: of the file, or else of the manifest.
func (p Image) digest() digest.Digest {
	if p.Image.Content != "" {
		return p.Image.Content
	}
	return p.Image.Digest
}
