package templates

import (
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// Image is the page of one image, whose address a push prints:
// GET /containers/{namespace}/{collection}/{container}:{tag}.
type Image struct {
	Page
	// ImageHead holds what is shown, with all its Tags.
	ImageHead
	// Pulls are the ways to pull it, the best first.
	Pulls []Command
	// Labels are those its maker wrote into it, in the order to show.
	Labels []model.Label
	// What is inside an image file; empty where the file has no such thing.
	Definition  string // the definition file it was built from
	Inside      Inside
	Apps        []App
	Notes       []string // what could not be read of it, and why
	Built       time.Time
	Compression string // of its filesystem
	// Pulled tells how often it was pulled, up to Now.
	Pulled model.Pulls
	Now    time.Time
	// Truncated are the texts of which only the beginning is shown.
	Truncated []Download
	// Contents is what an OCI image is made of, and what is attached to any image.
	Contents model.Contents
}

// Download is something that is too long to be shown whole: another way to look at an image,
// and which part of it.
type Download struct{ Title, View, Part string }

// Command is a line to type, and what it is for.
type Command struct {
	Title string // "Apptainer"
	Line  string // "apptainer pull library://lab/hello:latest"
}

// Inside is what is written in an image, or in one app of it.
type Inside struct {
	Runscript   string
	Startscript string
	Test        string
	Help        string
	Environment string
}

// App is one app of the Scientific Filesystem in an image.
type App struct {
	Name   string
	Labels []model.Label
	Inside
}

// maxOtherTags bounds the other names of an image that are shown.
const maxOtherTags = 24

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
